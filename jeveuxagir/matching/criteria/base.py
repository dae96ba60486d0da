"""What a criterion is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary

#: A perfect fit. Fits are whole numbers from 0 to this.
FULL = 1000


class Criterion(ABC):
    """One honest question about an occasion that passed the gates: how well does it fit what was asked?

    `fit` answers in thousandths; 0 also when the request asks nothing. `exact` is one sentence without a
    person, the same for everybody (empty: not a reason); `coarse` its variant for mails, where nothing
    personal shows.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    rule: ClassVar[str]
    #: True when the answer depends on the slot; else it is asked once for the whole mission.
    of_slot: ClassVar[bool] = False

    @abstractmethod
    def fit(self, occasion: Occasion) -> int: ...

    @abstractmethod
    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str: ...

    @abstractmethod
    def coarse(self, occasion: Occasion) -> str: ...
