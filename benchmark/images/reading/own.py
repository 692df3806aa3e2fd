"""What the datasets that read the user's own files share: what may be changed in images, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.api import Data, Dataset
from benchmark.images.reading.account import NOTHING, Account
from benchmark.images.reading.how import How


@dataclass(frozen=True)
class OwnData(Data):
    """Data as read from the user's files, with an account of these."""

    account: Account = NOTHING


class OwnImages(Dataset):
    """A dataset that reads the user's files as the options of the command say."""

    how: How = How()
    takes_folder = True
