"""Which clause asks for what in a batch record, and in which sections of a printed one it is answered.

Short statements, not the law's words: 21 CFR 211.188; China GMP 2010, Articles 42 (rooms), 172 to 175 (production), 180
(packaging) and 201 (clearance). A clause that a batch has nothing for is named as such, so that nobody has to look
through the pages to find out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from server.release.dossier.words import Lang

# Each line: clause, what it asks for in Chinese and English, the sections that answer it; "phase:" is every phase of
# that type, each of which is a section of its own.
_CLAUSES = """
21 CFR 211.188(a)|按批准的规程，复核、签名、注明日期|Reproduction of the master, checked, dated, signed|front signatures
21 CFR 211.188(b)(1)|各主要步骤的日期|Dates of each significant step|stages
21 CFR 211.188(b)(2)|主要设备与生产线|Major equipment and lines|equipment
21 CFR 211.188(b)(3)|每种物料与中间体的批号|Identity of each component and in-process material|used genealogy
21 CFR 211.188(b)(4)|重量与计量|Weights and measures|used phase:weighing phase:dispensing
21 CFR 211.188(b)(5)|过程控制与检验结果|In-process and laboratory results|phase:in_process results
21 CFR 211.188(b)(6)|使用前后的区域检查|Inspection of the area before and after|phase:line_clearance
21 CFR 211.188(b)(7)|各阶段实际收率与理论百分比|Actual yield and per cent of theory by stage|yields phase:yield
21 CFR 211.188(b)(8)|标签控制与样张|Label control with specimens|printed specimens
21 CFR 211.188(b)(9)|容器与密封件|Containers and closures|packaging
21 CFR 211.188(b)(10)|取样|Sampling|results
21 CFR 211.188(b)(11)|操作人、指导人与复核人|Performers, supervisors and checkers|people
21 CFR 211.188(b)(12)|按 211.192 的调查|Investigations under 211.192|exceptions
21 CFR 211.188(b)(13)|按 211.134 的检查|Examinations under 211.134|phase:packaging
中国 GMP 42|生产房间的温度、湿度等环境|Temperature, humidity and the like of the rooms|environment
中国 GMP 172|每页标明名称、规格、批号|Name, strength and batch number on every page|every
中国 GMP 173|每批一份，经批准发放|One controlled record for each batch, approved|front copies
中国 GMP 174|及时填写，操作人签名与日期|Entered in time, signed and dated by who did it|entries
中国 GMP 175(1)|产品名称、规格、批号|Product, strength, batch number|front
中国 GMP 175(2)|生产与各中间工序的起止时间|Begin and end of production and of its stages|stages
中国 GMP 175(3)|各工序负责人签名|Signatures of those responsible for stages|people
中国 GMP 175(4)|操作人与复核人签名|Signatures of operators and checkers|people
中国 GMP 175(5)|每种物料的批号与实际称量数量|Batch and weighed quantity of each material|used
中国 GMP 175(6)|操作、参数及范围、设备编号|Operations, parameters with ranges, equipment|execution equipment environment
中国 GMP 175(7)|过程控制结果与操作人|In-process results and who took them|phase:in_process
中国 GMP 175(8)|各工序产量与物料平衡|Yield and material balance of stages|yields phase:yield balance
中国 GMP 175(9)|特殊问题、偏差与批准|Abnormal events, deviations and their approval|exceptions
中国 GMP 180(1)|包装产品的名称、规格、批号与日期|Product packed, strength, batch, dates|front
中国 GMP 180(2)|包装的日期与时间|Dates and times of packaging|packed
中国 GMP 180(3)|包装负责人签名|Signature of who is responsible for packaging|packed_people
中国 GMP 180(4)|包装操作人签名|Signatures of packaging operators|packed_people
中国 GMP 180(5)|每种包装材料的名称、批号、数量|Name, batch and quantity of packaging materials|packaging
中国 GMP 180(6)|包装检查结果与过程控制|Checks of packaging and in-process results|phase:packaging
中国 GMP 180(7)|包装操作与所用设备、生产线|Packaging operations, equipment and lines|phase:packaging
中国 GMP 180(8)|印刷包装材料实样|Specimens of printed materials|specimens
中国 GMP 180(9)|包装中的特殊问题、偏差|Abnormal events in packaging|exceptions
中国 GMP 180(10)|印刷包装材料的发放、使用、销毁、退库与平衡|Balance of printed materials|printed
中国 GMP 201|清场记录|Clearance record|phase:line_clearance
"""


@dataclass(frozen=True, slots=True)
class Clause:
    """What a clause asks for, in both languages, and the names of the sections that can answer it."""

    clause: str
    asks: Mapping[Lang, str]
    sections: tuple[str, ...]


def _parse(line: str) -> Clause:
    clause, zh, en, sections = line.split("|")
    return Clause(clause, {"zh": zh, "en": en}, tuple(sections.split()))


CLAUSES: Sequence[Clause] = [_parse(line) for line in _CLAUSES.strip().splitlines()]


def answered(sections: Mapping[str, Collection[str]], lang: Lang) -> list[dict[str, object]]:
    """{clause, asks, at} of each clause, in their order; `sections` gives the labels in the document under which each
    section is found. `at` is empty where this record answers nothing."""
    return [
        {
            "clause": one.clause if lang == "zh" else one.clause.replace("中国 GMP", "China GMP"),
            "asks": one.asks[lang],
            "at": list(dict.fromkeys(label for name in one.sections for label in sections.get(name, ()))),
        }
        for one in CLAUSES
    ]
