"""A small paper of its own, so that the room's tests don't lean on a domain's texts."""

from datetime import date

from waiban.core.papers.source import Source, parse_source

DAY = date(2027, 1, 19)

TEXT = """
paper: example
zh: 样例
en: Example
layout: official
title: "关于{{ who }}等{{ people }}人赴{{ where }}的批件"
to: "{{ unit }}"
values:
  unit: 主送
  who: 团长
  people: 人数
  where: 去处
  purpose: 任务
  route: {zh: 路线, optional: true}
rows:
  members:
    each: member
    fields: {name: 姓名, post: 职务}
body:
  - heading: 一、任务
  - text: "{{ purpose }}"
  - text: "路线：{{ route }}。"
    when: route
  - text: 路线另报。
    unless: route
  - table: members
    columns:
      - {head: 姓名, cell: "{{ member.name }}", align: center}
      - {head: 职务, cell: "{{ member.post }}", width: 3}
  - text: 请遵照执行。
attachments:
  - 名单
  - "{{ where }}日程"
"""


def source(**changes: str) -> Source:
    text = TEXT
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_source(text)


def values(**changes: object) -> dict[str, object]:
    return {
        "office": "云汀市人民政府外事办公室",
        "number": "云外批〔2027〕9 号",
        "date": "2027年1月19日",
        "head_mark": "云汀市人民政府外事办公室文件",
        "contact": "沈砚秋，0000-0000000",
        "copies_to": "市财政局",
        "mark": "未盖章无效",
        "qr": "文号 云外批〔2027〕9 号",
        "unit": "云汀市商务局",
        "who": "梁舒镕",
        "people": "2",
        "where": "日本、韩国",
        "purpose": "谈扩产选址。\n签供货备忘录。",
        "route": None,
        "members": [{"name": "梁舒镕", "post": "科长"}, {"name": "温犇玥", "post": None}],
    } | changes
