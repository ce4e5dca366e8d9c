"""The exception tree. Whoever raises names the trouble; only engine, sender, web and CLI translate.

BotError                      its text is one clear Vietnamese sentence: what was wrong and what to do
├── SettingError              an environment value is missing or wrong
├── ContentError              a file in content/ is wrong: file, line, what, how to mend
├── StorageError              the database cannot be opened, read or migrated
│   ├── WrongKeyError         the secret key does not belong to this database
│   └── BusyError             a passing fault (lock, deadlock): the same unit may be run again
├── MediaError                a picture or sound cannot be used or made
├── TableError                a file that somebody sent is no table of ours
├── NotFoundError             the thing asked for by name does not exist
├── NotAllowedError           the person has no right to this
└── RuleError                 a rule of the domain says no (code used up, undo too late, …)
"""

from __future__ import annotations

import errno
from dataclasses import dataclass


class BotError(Exception):
    """Root of everything we raise on purpose; ``str(error)`` can be shown to a person."""


class SettingError(BotError):
    """A setting is missing or has a value that cannot be used."""


class StorageError(BotError):
    """The database cannot be opened, read, or brought to the present version."""


class WrongKeyError(StorageError):
    """The secret key at hand is not the one that this database was written with."""


class BusyError(StorageError):
    """A passing fault of the database; nothing was written and the unit may be tried again."""


class MediaError(BotError):
    """A picture or sound cannot be used or made; ``code`` and ``values`` make the sentence for the person."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class TableError(BotError):
    """A file is no table that can be read; ``code`` and ``values`` make the sentence for the person."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class NotFoundError(BotError):
    """Something asked for by name, slug or id does not exist."""


class NotAllowedError(BotError):
    """The person asking has no right to do this."""


class RuleError(BotError):
    """A rule of the domain refuses; ``code`` is the catalogue id of the sentence for a chat."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file of content/: where, what, and how to mend it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} – {self.mend}"


class ContentError(BotError):
    """One or more faults in content/; nothing of it was loaded."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


_WHY = {
    errno.ENOENT: "không có tệp hoặc thư mục đó",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENOTDIR: "trong đường dẫn có chỗ không phải thư mục",
    errno.EISDIR: "đó là thư mục, không phải tệp",
    errno.EEXIST: "đã có tệp tên đó",
    errno.ENOSPC: "ổ đĩa hết chỗ",
    errno.EDQUOT: "ổ đĩa hết chỗ",
    errno.ENAMETOOLONG: "tên quá dài",
}


def why(error: OSError) -> str:
    """The reason of the operating system in a few Vietnamese words."""
    return _WHY.get(error.errno or 0, f"lỗi hệ thống số {error.errno}")
