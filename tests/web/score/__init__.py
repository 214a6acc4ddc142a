"""The politeness score: sites that keep a record of their readers, and a judge of it."""

from tests.web.score.judge import Score, judge
from tests.web.score.record import Exchange, Rhythm
from tests.web.score.server import ScoreServer
from tests.web.score.sites import SCORE_START, sites
from tests.web.score.verdicts import Fault, Kind

__all__ = ["SCORE_START", "Exchange", "Fault", "Kind", "Rhythm", "Score", "ScoreServer", "judge", "sites"]
