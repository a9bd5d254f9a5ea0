"""A file, asked for on the page of papers and kept as an attachment, not among the answers."""

from dataclasses import dataclass

from services.questions.base import AskedQuestion


@dataclass(frozen=True, kw_only=True)
class File(AskedQuestion):
    kind = "file"
    editor_help = "một tệp, tải lên cùng với giấy tờ kèm theo."
    blank_template = "services/questions/blank/file.html"
