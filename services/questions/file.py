"""A file that is sent with the papers."""

from services.questions.base import QuestionKind


class File(QuestionKind):
    """Answered on the page of papers, with a file and not with a value."""

    name = "file"
    help = "file: một tệp gửi cùng giấy tờ."
    blank_template = "services/questions/blank/file.html"
