"""A heading between questions."""

from services.questions.base import QuestionKind


class Heading(QuestionKind):
    name = "heading"
    asks = False
    help = "heading: tiêu đề, chỉ để đọc."
    blank_template = "services/questions/blank/heading.html"
