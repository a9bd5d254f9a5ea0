"""The English pages write dates and numbers as the Vietnamese ones do."""

from portal.formats.vi.formats import *  # noqa: F403 - all of them, and nothing else
