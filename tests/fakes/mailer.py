"""A mailer without a server: takes letters, or answers as the test scripts it."""

from __future__ import annotations

from aggregator.model.sending import Attempt, Letter, MailServer


class FakeMailer:
    """Takes every letter, until told otherwise.

    Attributes:
        taken: Letters, in order.
        answer: To the next letters.
    """

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.answer = Attempt(ok=True)

    async def send(self, letter: Letter, server: MailServer) -> Attempt:
        if self.answer.ok:
            self.taken.append(letter)
        return self.answer
