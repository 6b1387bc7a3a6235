"""The lists of the Graph API: newest first, paged by cursors, only the fields that were asked for."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from connectors.standins.facebook import wishes
from connectors.standins.facebook.state import PAGE, PAGE_NAME, Conversation, Message, State, Thing, stamp

Json = dict[str, Any]
Widen = Callable[[Json, Sequence[wishes.Wish]], Json]


def _as_it_is(row: Json, _: Sequence[wishes.Wish]) -> Json:
    return row


def page_of(rows: Sequence[Json], query: Mapping[str, str], address: str, widen: Widen = _as_it_is) -> Json:
    """One page of `rows`, with the paging that leads on. `widen` adds the edges that are asked for."""
    most = min(int(query.get("limit", "25")), 100)
    begin = _begin(query, most)
    shown = list(rows[begin : begin + most])
    wanted = wishes.parsed(query.get("fields", ""))
    told: Json = {"data": [wishes.cut(widen(one, wanted), wanted) for one in shown]}
    if query.get("summary"):
        told["summary"] = {"total_count": len(rows), "order": "ranked", "can_comment": True}
    if not shown:
        return told
    cursors = {"before": _mark(begin), "after": _mark(begin + len(shown))}
    told["paging"] = {"cursors": cursors}
    kept = {name: one for name, one in query.items() if name not in ("after", "before", "appsecret_proof")}
    if begin + most < len(rows):
        told["paging"]["next"] = f"{address}?{urlencode({**kept, 'limit': most, 'after': cursors['after']})}"
    if begin > 0:
        told["paging"]["previous"] = (
            f"{address}?{urlencode({**kept, 'limit': most, 'before': cursors['before']})}"
        )
    return told


def _begin(query: Mapping[str, str], most: int) -> int:
    if query.get("after"):
        return int(base64.b64decode(query["after"]))
    if query.get("before"):
        return max(0, int(base64.b64decode(query["before"])) - most)
    return 0


def who(state: State, person: str) -> Json:
    name = PAGE_NAME if person == PAGE else state.people.get(person, "Somebody")
    return {"name": name, "id": person}


def conversation_row(state: State, one: Conversation) -> Json:
    both = [{**who(state, each), "email": f"{each}@facebook.com"} for each in (one.person, PAGE)]
    return {
        "id": one.id, "updated_time": stamp(one.messages[-1].at), "participants": {"data": both},
        "message_count": len(one.messages), "unread_count": 1, "snippet": one.messages[-1].text[:80],
        "can_reply": True, "link": f"/{PAGE}/inbox/{one.id}/",
    }  # fmt: skip


def message_row(state: State, one: Message, person: str) -> Json:
    to = PAGE if one.sender != PAGE else person
    row: Json = {
        "id": one.mid, "created_time": stamp(one.at),
        "from": {**who(state, one.sender), "email": f"{one.sender}@facebook.com"},
        "to": {"data": [{**who(state, to), "email": f"{to}@facebook.com"}]}, "message": one.text,
    }  # fmt: skip
    if one.files:
        row["attachments"] = {"data": [_file_row(each, number) for number, each in enumerate(one.files)]}
    return row


def thing_row(state: State, one: Thing) -> Json:
    row: Json = {
        "id": one.id, "from": who(state, one.sender), "message": one.text, "created_time": stamp(one.at),
        "permalink_url": f"https://www.facebook.com/{one.id}", "is_hidden": one.is_hidden,
        "can_reply_privately": not one.is_answered_privately,
    }  # fmt: skip
    if one.post is None:
        said = [each.at for each in state.comments.values() if each.post == one.id]
        row["updated_time"] = stamp(max([one.at, *said]))
    elif one.parent:
        row["parent"] = {"id": one.parent}
    return row


def _file_row(file: Mapping[str, str], number: int) -> Json:
    name = {"image": "image_data", "video": "video_data"}.get(file["type"])
    row: Json = {
        "id": str(number),
        "mime_type": file["mime"],
        "name": file["name"],
        "size": int(file["size"]),
    }
    return {**row, name: {"url": file["url"]}} if name else {**row, "file_url": file["url"]}


def _mark(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()
