"""The peer: a survey bot as python-telegram-bot's own examples teach it.

It is one ``ConversationHandler`` with default settings, with SQLAlchemy's ORM over a SQLite file
and a commit for each answer. It gets updates by ``run_webhook`` and answers each tap with
``query.answer()`` and ``query.edit_message_text()``.
Nothing is slower than by the library's defaults.
"""

from __future__ import annotations

import argparse
import base64
import secrets
import sys
import warnings
from importlib.util import find_spec
from typing import cast

from sqlalchemy import ForeignKey, UniqueConstraint, create_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    sessionmaker,
)
from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

UNIT = "市公安局"
SCALE = {
    "VS": "非常满意",
    "S": "满意",
    "B": "基本满意",
    "D": "不满意",
    "VD": "非常不满意",
    "DK": "不了解",
}
CONTACT = {
    "used": "办过事",
    "met": "被检查、执法或走访过",
    "none": "没有，但了解其工作",
    "dk": "不了解",
}
QUESTIONS = [
    ("contact", f"过去12个月您与{UNIT}打过交道吗？", CONTACT),
    ("overall", f"总体上，您对{UNIT}今年的工作满意吗？", SCALE),
    ("ease", "对办事流程和材料的简便程度，您满意吗？", SCALE),
    ("speed", "对办理速度（是否按承诺时限办结），您满意吗？", SCALE),
    ("attitude", "对工作人员的态度和业务水平，您满意吗？", SCALE),
]
COMMENT, REVIEW = len(QUESTIONS), len(QUESTIONS) + 1


class Base(DeclarativeBase):
    """The tables' registry."""


class Ballot(Base):
    """One citizen's ballot for one unit; it counts once it has a receipt."""

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("user_id", "unit"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(index=True)
    unit: Mapped[str]
    comment: Mapped[str | None]
    receipt: Mapped[str | None]
    answers: Mapped[list[Answer]] = relationship(
        back_populates="ballot", cascade="all, delete-orphan"
    )


class Answer(Base):
    """One answer of a ballot."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("ballot_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"))
    question: Mapped[str]
    code: Mapped[str]
    ballot: Mapped[Ballot] = relationship(back_populates="answers")


NewSession: sessionmaker[Session] = sessionmaker()


def keyboard(buttons: dict[str, str]) -> InlineKeyboardMarkup:
    """One button a row."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data)] for data, label in buttons.items()]
    )


def question(step: int) -> tuple[str, InlineKeyboardMarkup]:
    """Words and buttons of the question at ``step``."""
    name, text, options = QUESTIONS[step]
    return f"{step + 1}/{COMMENT + 1} {text}", keyboard(
        {f"{name}:{code}": label for code, label in options.items()}
    )


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Open a ballot for the unit in the deep link, and ask the first question."""
    user, unit = cast(User, update.effective_user), context.args[0] if context.args else UNIT
    with NewSession() as session:
        ballot = session.query(Ballot).filter_by(user_id=user.id, unit=unit).one_or_none()
        if ballot is None:
            ballot = Ballot(user_id=user.id, unit=unit)
            session.add(ballot)
        session.commit()
        cast(dict[str, int], context.user_data)["ballot"] = ballot.id
    text, markup = question(0)
    await cast(Message, update.message).reply_text(text, reply_markup=markup)
    return 0


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Store the answer, ask the next question (or for a comment)."""
    query = cast(CallbackQuery, update.callback_query)
    await query.answer()
    name, code = cast(str, query.data).split(":")
    step = next(i for i, (known, _, _) in enumerate(QUESTIONS) if known == name)
    with NewSession() as session:
        ballot = session.get_one(Ballot, cast(dict[str, int], context.user_data)["ballot"])
        ballot.answers.append(Answer(question=name, code=code))
        session.commit()
    if step + 1 < len(QUESTIONS):
        text, markup = question(step + 1)
        await query.edit_message_text(text, reply_markup=markup)
    else:
        text = f"{COMMENT + 1}/{COMMENT + 1} 您最希望{UNIT}改进什么？（可跳过）"
        await query.edit_message_text(text, reply_markup=keyboard({"skip": "跳过"}))
    return step + 1


async def skip(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Take no comment and show the review."""
    query = cast(CallbackQuery, update.callback_query)
    await query.answer()
    await query.edit_message_text(review(context), reply_markup=keyboard({"submit": "提交"}))
    return REVIEW


async def comment(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Store the comment and show the review."""
    message = cast(Message, update.message)
    with NewSession() as session:
        session.get_one(
            Ballot, cast(dict[str, int], context.user_data)["ballot"]
        ).comment = message.text
        session.commit()
    await message.reply_text(review(context), reply_markup=keyboard({"submit": "提交"}))
    return REVIEW


def review(context: ContextTypes.DEFAULT_TYPE) -> str:
    """Return the answers, read back from the database."""
    with NewSession() as session:
        ballot = session.get_one(Ballot, cast(dict[str, int], context.user_data)["ballot"])
        given = {a.question: a.code for a in ballot.answers}
    return "请确认：\n" + "\n".join(
        f"{text} {options[given[name]]}" for name, text, options in QUESTIONS
    )


async def submit(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Close the ballot and give the receipt."""
    query = cast(CallbackQuery, update.callback_query)
    await query.answer()
    receipt = base64.b32encode(secrets.token_bytes(10)).decode()
    with NewSession() as session:
        session.get_one(Ballot, cast(dict[str, int], context.user_data)["ballot"]).receipt = receipt
        session.commit()
    await query.edit_message_text(f"已提交，谢谢。回执：{receipt}")
    return ConversationHandler.END


def build(token: str, api: str) -> Application:  # type: ignore[type-arg]
    """The application with its one conversation."""
    states: dict[object, list[object]] = {
        step: [CallbackQueryHandler(answer, pattern=f"^{name}:")]
        for step, (name, _, _) in enumerate(QUESTIONS)
    }
    states[COMMENT] = [
        CallbackQueryHandler(skip, pattern="^skip$"),
        MessageHandler(filters.TEXT & ~filters.COMMAND, comment),
    ]
    states[REVIEW] = [CallbackQueryHandler(submit, pattern="^submit$")]
    begin = CommandHandler("start", start)
    application = Application.builder().token(token).base_url(f"{api}/bot").build()
    application.add_handler(ConversationHandler([begin], states, [begin]))  # type: ignore[arg-type,list-item]
    return application


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True, help="base address of the Bot API")
    parser.add_argument("--database", required=True, help="SQLite file")
    given = parser.parse_args()
    # The library warns about per_message in every conversation with buttons;
    # its own examples silence the warning too.
    warnings.filterwarnings("ignore", category=PTBUserWarning)
    if find_spec("sniffio") is None:
        # httpcore tries this import at every request; the search for an absent package
        # would cost the peer some 6 %.
        sys.modules["sniffio"] = None  # type: ignore[assignment]
    engine = create_engine(f"sqlite:///{given.database}")
    Base.metadata.create_all(engine)
    NewSession.configure(bind=engine)
    build("42:peer", given.api).run_webhook(
        listen="127.0.0.1",
        port=given.port,
        url_path="hook",
        webhook_url="https://peer.invalid/hook",
        secret_token="peer",
    )


if __name__ == "__main__":
    main()
