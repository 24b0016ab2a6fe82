"""Simulated comments: citizens vary theirs endlessly or use a stock phrase; scripts are copied."""

from __future__ import annotations

import numpy as np

from aggregation.fraud.ballot_table import Comments
from benchmarks.fraud.scenario import Scenario

WRITES = 0.12
STOCK = 0.25
SCRIPTED = {"sybil": 0.3, "slow_bot": 0.2, "staff": 0.15}
"""Share of an attack's ballots that bring the script along."""
OPENINGS = (
    "上周去",
    "第一次到",
    "前天陪家人来",
    "在网上问",
    "打电话到",
    "去年和今年都去过",
    "帮邻居跑了一趟",
    "公司派我去",
)
PLACES = ("二楼窗口", "服务大厅", "街道的点", "自助机", "热线", "办公室", "登记处", "咨询台")
DEEDS = (
    "办了社保转移",
    "领了证",
    "改了地址",
    "交了材料",
    "问了补贴",
    "报了噪音",
    "申请了许可",
    "查了档案",
    "续了合同",
)
VERDICTS = (
    "等了二十分钟",
    "一次办完",
    "缺一份表又回去",
    "没人接待",
    "讲得很明白",
    "被推到别的部门",
    "态度客气",
    "系统卡住了",
)
ENDINGS = (
    "希望周末也开",
    "谢谢那位大姐",
    "请把说明写清楚",
    "总的还行",
    "不想再来第二次",
    "比前年好多了",
    "",
    "建议多设座位",
)
PHRASES = (
    "希望继续保持良好的服务。",
    "办事效率需要进一步提高。",
    "工作人员态度很好，谢谢。",
    "没有意见，一切都好！",
)
SCRIPTS = (
    "办事效率高，工作人员热情周到，群众非常满意",
    "服务态度极差，办事拖拉推诿，老百姓怨声载道",
    "流程规范透明，为民服务落到实处，值得点赞",
)
MARKS = ("", "。", "！", "！！", "，")


def write(scenario: Scenario, seed: int) -> Comments:
    """Write the comments of a scenario's ballots, in an order that shows no author."""
    rng = np.random.default_rng([20261125, seed])
    share = np.array([SCRIPTED.get(origin, WRITES) for origin in scenario.truth.tolist()])
    rows = rng.permutation(np.flatnonzero(rng.random(len(share)) < share))
    units = scenario.ballots["unit"].to_numpy(dtype=str)[rows].tolist()
    origins = scenario.truth[rows].tolist()
    script = {unit: SCRIPTS[at % len(SCRIPTS)] for at, unit in enumerate(scenario.targets)}
    texts = [
        _copied(rng, script.get(unit, SCRIPTS[0])) if origin in SCRIPTED else _own(rng)
        for unit, origin in zip(units, origins, strict=True)
    ]
    return Comments(units, texts)


def _own(rng: np.random.Generator) -> str:
    if rng.random() < STOCK:
        return str(rng.choice(PHRASES))
    return "".join(
        str(rng.choice(part))
        for part in (OPENINGS, PLACES, DEEDS, ("，",), VERDICTS, ("，",), ENDINGS)
    )


def _copied(rng: np.random.Generator, script: str) -> str:
    """Copy the script with a character dropped now and then and an own ending."""
    at = int(rng.integers(len(script)))
    dropped = script[:at] + script[at + 1 :] if rng.random() < 0.4 else script
    return dropped + str(rng.choice(MARKS))
