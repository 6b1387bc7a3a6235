"""Roads that bring people and no bytes: phone, surgery, doorstep. Staff write down what was said."""

from collections.abc import Mapping
from typing import ClassVar

from connectors.contract import Checked, Form, Limits, News, RawArrival, Surroundings, Unreadable
from connectors.keys import Key, filled, table


class _ByHand:
    """Needs no connection and hands over nothing by itself."""

    KEYS: ClassVar[Mapping[str, Key]] = table()
    limits = Limits(subject=False, idempotent=True, forms=(Form.CALL,))
    NAME: ClassVar[str]

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "_ByHand":
        """Takes no settings but `since`. Raises PermanentFailure for any other."""
        filled(cls.KEYS, {name: value for name, value in settings.items() if name != "since"}, secrets)
        return cls()

    @classmethod
    def account_of(cls, settings: Mapping[str, str]) -> str:
        return cls.NAME

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """Raises Unreadable: nothing arrives here by itself."""
        raise Unreadable("Nothing arrives on this channel by itself.")

    def check(self) -> tuple[Checked, ...]:
        return (Checked(self.NAME, True, "Staff write down what was said. It needs no connection."),)


class PhoneChannel(_ByHand):
    """The phone log."""

    NAME = "phone"


class SurgeryChannel(_ByHand):
    """Surgeries and visits to the office."""

    NAME = "surgery"
    limits = Limits(subject=False, idempotent=True, forms=(Form.VISIT,))


class OutreachChannel(_ByHand):
    """Doorsteps, stalls and street corners."""

    NAME = "outreach"
    limits = Limits(subject=False, idempotent=True, forms=(Form.VISIT,))
