"""A remark between questions."""

from services.questions.base import QuestionKind


class Note(QuestionKind):
    name = "note"
    asks = False
    help = "note: lời dẫn, chỉ để đọc."
    blank_template = "services/questions/blank/note.html"
