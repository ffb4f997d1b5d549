"""The peer of the benchmark: the same three routes on the same schema, as the usual Python stack would serve them.

FastAPI, SQLAlchemy's ORM and asyncpg, with pydantic models for what goes in and out. Ours, written to be compared with.
"""

import datetime as dt
import os
import uuid

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, ForeignKey, select
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(
    os.environ["PEER_DATABASE_URL"],
    pool_size=8,
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: DateTime(timezone=True)}


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    email: Mapped[str | None]
    display_name: Mapped[str | None]
    avatar_key: Mapped[str | None]
    subscription_level: Mapped[str]
    preferred_unit: Mapped[str]
    is_active: Mapped[bool]
    gender: Mapped[str | None]
    scored_as: Mapped[str | None]
    country: Mapped[str | None]
    energy: Mapped[float]
    rank: Mapped[str]
    weight_kg: Mapped[float | None]
    birth_year: Mapped[int | None]
    time_zone: Mapped[str]
    original_transaction_id: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Lift(Base):
    __tablename__ = "lifts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    exercise_id: Mapped[str]
    weight_kg: Mapped[float]
    reps: Mapped[int | None]
    sets: Mapped[int | None]
    score_value: Mapped[float]
    performed_at: Mapped[dt.datetime]
    bodyweight_kg: Mapped[float | None]
    scored_as: Mapped[str | None] = mapped_column(ENUM("men", "women", name="scoring", create_type=False))
    equipment: Mapped[str] = mapped_column(ENUM("raw", "wraps", name="worn", create_type=False))
    source: Mapped[str] = mapped_column(ENUM("self", "meet", name="lift_source", create_type=False))


class PersonalBest(Base):
    __tablename__ = "personal_bests"
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exercise_id: Mapped[str] = mapped_column(primary_key=True)
    lift_id: Mapped[int]
    performed_at: Mapped[dt.datetime]
    score_value: Mapped[float]
    weight_kg: Mapped[float]
    reps: Mapped[int | None]
    sets: Mapped[int | None]


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID
    username: str
    email: str | None
    display_name: str | None
    subscription_level: str
    preferred_unit: str
    is_active: bool
    gender: str | None
    scored_as: str | None
    country: str | None
    energy: float
    rank: str
    weight_kg: float | None
    birth_year: int | None
    time_zone: str
    original_transaction_id: str | None
    created_at: dt.datetime
    updated_at: dt.datetime


class BoardEntry(BaseModel):
    rank: int
    user_id: uuid.UUID
    username: str
    display_name: str | None
    total_energy: float
    avatar_url: str | None


class ScoreCreate(BaseModel):
    weight_lifted: float
    reps: int | None = None
    sets: int | None = None


class ScoreOut(BaseModel):
    id: int
    user_id: uuid.UUID
    scenario_id: str
    weight_lifted: float
    score_value: float
    reps: int | None
    sets: int | None


class ScoreCreated(BaseModel):
    score: ScoreOut
    is_personal_best: bool
    previous_best_score_value: float | None


async def session():
    async with new_session() as opened:
        yield opened


def user_id(credentials: HTTPAuthorizationCredentials = Depends(HTTPBearer())) -> uuid.UUID:
    try:
        claims = jwt.decode(credentials.credentials, os.environ["JWT_SECRET_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    return uuid.UUID(claims["sub"])


@app.get("/api/v1/users/me", response_model=UserRead)
async def me(me: uuid.UUID = Depends(user_id), db: AsyncSession = Depends(session)):
    user = (await db.execute(select(User).where(User.id == me, User.is_active))).scalar_one_or_none()
    if user is None:
        raise HTTPException(401)
    return user


@app.get("/api/v1/energy/leaderboard", response_model=list[BoardEntry])
async def board(limit: int = 50, offset: int = 0, db: AsyncSession = Depends(session)):
    rows = await db.execute(
        select(User.id, User.username, User.display_name, User.energy, User.avatar_key)
        .where(User.is_active)
        .order_by(User.energy.desc(), User.updated_at.desc(), User.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        BoardEntry(rank=offset + place, user_id=row.id, username=row.username, display_name=row.display_name,
                   total_energy=row.energy, avatar_url=row.avatar_key)
        for place, row in enumerate(rows, 1)
    ]


@app.post("/api/v1/scores/scenario/{scenario_id}/", response_model=ScoreCreated)
async def post_score(scenario_id: str, new: ScoreCreate, me: uuid.UUID = Depends(user_id),
                     db: AsyncSession = Depends(session)):
    user = (await db.execute(select(User).where(User.id == me, User.is_active).with_for_update())).scalar_one_or_none()
    if user is None:
        raise HTTPException(401)
    best = await db.get(PersonalBest, (me, scenario_id))
    value = new.weight_lifted * (1 + new.reps / 30) if new.reps and new.reps > 1 else new.weight_lifted
    now = dt.datetime.now(dt.timezone.utc)
    lift = Lift(user_id=me, exercise_id=scenario_id, weight_kg=new.weight_lifted, reps=new.reps, sets=new.sets,
                score_value=value, performed_at=now, bodyweight_kg=user.weight_kg, scored_as=user.scored_as,
                equipment="raw", source="self")
    db.add(lift)
    await db.flush()
    rises = best is None or value > best.score_value
    previous = best.score_value if best else None
    if best is None:
        db.add(PersonalBest(user_id=me, exercise_id=scenario_id, lift_id=lift.id, score_value=value,
                            weight_kg=new.weight_lifted, reps=new.reps, sets=new.sets, performed_at=now))
    elif rises:
        best.score_value, best.weight_kg, best.lift_id, best.performed_at = value, new.weight_lifted, lift.id, now
    await db.commit()
    return ScoreCreated(
        score=ScoreOut(id=lift.id, user_id=me, scenario_id=scenario_id, weight_lifted=new.weight_lifted,
                       score_value=value, reps=new.reps, sets=new.sets),
        is_personal_best=rises, previous_best_score_value=previous)
