"""Templates of public clouds: what an account may send.

Aliyun, Tencent (2025-06-17) and Huawei (2025-09-04) forbid surveys in templates and personal links
in variables. So an invitation's template needs the cloud's approval in writing, and has a fixed
link and the code as one variable or several. Codes that confirm a telephone are what clouds are
for: an account with that template alone needs no such approval, and sends nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.campaigns.code_accounts import CODE
from bot.fieldwork.audience.addresses import SMS
from bot.fieldwork.outreach.messenger import OutgoingMessage
from bot.messengers.account_files import AccountFile
from survey_flows.errors import BadInput, Message

MOST_PARTS = 4
INVITING = ("invitation", "reminder")


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of an account: ids by kind of message, and names of variables."""

    ids: dict[str, str]
    variables: tuple[str, ...]
    code_variable: str = "code"

    @property
    def kind(self) -> str:
        """The kind of addresses that the account writes to."""
        return SMS if "invitation" in self.ids else CODE

    @property
    def codes(self) -> bool:
        """Whether it sends codes that confirm a telephone."""
        return CODE in self.ids

    def id_for(self, message: OutgoingMessage) -> str:
        """Return the template of a message."""
        return self.ids[message.kind]

    def values_for(self, message: OutgoingMessage) -> dict[str, str]:
        """Return the values of the template's variables by name, in the template's order.

        An invitation's code is in as many parts as there are variables, the first ones longer.
        """
        if message.kind == CODE:
            return {self.code_variable: message.token}
        code, parts = message.token, len(self.variables)
        size, more = divmod(len(code), parts)
        ends = [0]
        for place in range(parts):
            ends.append(ends[-1] + size + (place < more))
        split = [code[begin:end] for begin, end in pairwise(ends)]
        return dict(zip(self.variables, split, strict=True))


def read_templates(file: AccountFile) -> Templates:
    """Return the templates of an account.

    Raises:
        BadInput: the cloud's approval of invitations is not named, a template is missing, or there
            are no variables or too many.
    """
    codes = {CODE: file.settings[CODE]} if file.settings.get(CODE) else {}
    code_variable = file.settings.get("code_variable", "code")
    if codes and not any(file.settings.get(kind) for kind in INVITING):
        return Templates(codes, (), code_variable)
    if not file.settings.get("approval"):
        # Who would try it reads here why it is forbidden.
        raise BadInput(Message("messengers-cloud-forbids"), file.place("settings.approval"))
    names = tuple(part.strip() for part in file.settings.get("variables", "code").split(","))
    if not all(names) or len(names) > MOST_PARTS:
        message = Message("messengers-variables", most=MOST_PARTS)
        raise BadInput(message, file.place("settings.variables"))
    ids = {kind: file.setting(kind) for kind in INVITING}
    return Templates(ids | codes, names, code_variable)
