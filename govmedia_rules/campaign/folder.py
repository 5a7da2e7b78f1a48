"""Read a round from a folder with `campaign.toml` and tables, for offices that have lists and numbers but no snapshots.

`campaign.toml` holds `[config]`, `[[earlier]]`, `[[rulings]]`, defaults of the reported rows (`[reported]`) and the draft of the
notice (`[notice]`). The tables are CSV in UTF-8; each is read when it is there:

- `sites.csv`, `accounts.csv`: members of the population, with the headers of the reporting systems;
- `population.csv`: units known as numbers; the columns are the fields of `CountedUnits`;
- `results.csv`: how units ended, as numbers; the fields of `CountedResult`;
- `reported.csv`: units by name; the fields of a site or account (a platform makes it an account), and `tier`, `outcome`,
  `wording`, `heading`, `indicators`, `column`, `more` (any text: there are more units like it), `score_low`, `score_high`;
- `disclosure.csv`, `letters.csv`: the fields of `Disclosure` and `Letters`; other columns of the former are kinds of items.

An empty cell is "not stated". Several values in a cell are joined by `|`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_origin

from pydantic import ValidationError

from govmedia_rules.campaign.campaign import Campaign
from govmedia_rules.campaign.config import CampaignConfig
from govmedia_rules.campaign.draft import NoticeDraft
from govmedia_rules.campaign.units import CountedResult, CountedUnits, Disclosure, EarlierRate, Fault, Letters, Reported, Ruling
from govmedia_rules.core.faults import first_fault
from govmedia_rules.core.model import Model
from govmedia_rules.core.toml import parse_toml
from govmedia_rules.errors import CampaignError, Where, reason, reason_zh
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import read_registry

M = TypeVar("M", bound=Model)
DESCRIPTION = "campaign.toml"
_REPORTED = ("tier", "outcome", "wording", "heading", "indicators", "column", "more", "score_low", "score_high")


class Described(NamedTuple):
    """A round read from a folder.

    Attributes:
        campaign: The round.
        draft: What the office adds for the notice; None when the folder has none.
    """

    campaign: Campaign
    draft: NoticeDraft | None


def read_campaign(path: str | PathLike[str]) -> Described:
    """Read a round from a folder of tables.

    Args:
        path: The folder.

    Raises:
        CampaignError: There is no description, or something in it cannot be read; says the file, the row and the field.

    Example:
        >>> import tempfile
        >>> text = 'terms = {title = "检查", period = "2024年第三季度"}'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "campaign.toml").write_text(text, "utf-8")
        ...     print(read_campaign(folder).campaign.summary())
        检查（2024年第三季度）
    """
    folder = Path(path)
    file = folder / DESCRIPTION
    try:
        description = parse_toml(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise CampaignError(
            "no round is described here",
            Where(str(file)),
            "docs/campaigns.md shows the file",
            zh="目录里没有对一轮检查的描述",
            hint_zh="格式见 docs/campaigns.md",
        ) from None
    except (OSError, ValueError, RecursionError) as fault:
        raise CampaignError(
            f"it cannot be read: {reason(fault)}", Where(str(file)), zh=f"文件不能读：{reason_zh(fault)}"
        ) from fault
    unknown = sorted(description.keys() - {"terms", "earlier", "rulings", "reported", "notice"})
    if unknown:
        raise CampaignError(
            f"nothing is called {', '.join(unknown)}",
            Where(str(file)),
            "docs/campaigns.md lists the keys",
            zh=f"没有 {'、'.join(unknown)} 这样的键",
            hint_zh="格式见 docs/campaigns.md",
        )
    campaign = Campaign(_checked(file, None, CampaignConfig.model_validate, description.get("terms", {})))
    tables = {name: folder / f"{name}.csv" for name in ("sites", "accounts")}
    if any(table.is_file() for table in tables.values()):
        registry = read_registry(**{name: table for name, table in tables.items() if table.is_file()})  # type: ignore[arg-type]
        if registry.bad:
            raise CampaignError(
                f"{len(registry.bad)} rows cannot be used: {registry.bad[0]}",
                Where(str(folder)),
                zh=f"{len(registry.bad)} 行不能用：{registry.bad[0]}",
            )
        campaign.add_members(registry)
    campaign.add_counts(*_models(folder / "population.csv", CountedUnits), *_models(folder / "results.csv", CountedResult))
    defaults = description.get("reported", {})
    for row, cells in _rows(folder / "reported.csv"):
        campaign.add_results(_checked(folder / "reported.csv", row, _reported, {**defaults, **cells}))
    campaign.add_rulings(*(_checked(file, None, Ruling.model_validate, ruling) for ruling in description.get("rulings", ())))
    campaign.add_disclosures(
        *(_checked(folder / "disclosure.csv", row, _disclosure, cells) for row, cells in _rows(folder / "disclosure.csv"))
    )
    campaign.add_letters(*_models(folder / "letters.csv", Letters))
    campaign.add_baseline(*(_checked(file, None, EarlierRate.model_validate, rate) for rate in description.get("earlier", ())))
    draft = _checked(file, None, NoticeDraft.model_validate, description["notice"]) if "notice" in description else None
    return Described(campaign, draft)


def read_draft(path: str | PathLike[str]) -> NoticeDraft:
    """Read what the office adds to a notice: a TOML file of the fields of `NoticeDraft`, or with a table `[notice]` of them.

    Raises:
        CampaignError: It cannot be read; says the field.
    """
    file = Path(path)
    try:
        description = parse_toml(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise CampaignError(f"it cannot be read: {fault}", Where(str(file)), zh=f"文件不能读：{reason_zh(fault)}") from fault
    return _checked(file, None, NoticeDraft.model_validate, description.get("notice", description))


T = TypeVar("T")


def _checked(file: Path, row: int | None, make: Callable[[Any], T], value: Any) -> T:
    try:
        return make(value)
    except ValidationError as faults:
        field, text = first_fault(faults)
        raise CampaignError(text.en, Where(str(file), key=field or None, row=row), zh=text.zh) from faults


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row of the file that is not blank, with its number (1 is the header)."""
    if not file.is_file():
        return
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            for row, cells in enumerate(csv.DictReader(stream, strict=True), 2):
                if None in cells:
                    raise CampaignError(
                        "the row has more cells than the header",
                        Where(str(file), row=row),
                        hint="look for a comma that is not quoted",
                        zh="这一行的单元格比表头多",
                        hint_zh="请核对逗号和引号",
                    )
                yield row, {name: text.strip() for name, text in cells.items() if text and text.strip()}
        except (csv.Error, UnicodeDecodeError) as fault:
            raise CampaignError(f"it cannot be read: {fault}", Where(str(file)), zh=f"文件不能读：{reason_zh(fault)}") from fault


def read_count_rows(file: Path, model: type[M]) -> list[M]:
    """Return the rows of a CSV whose columns are the fields of a model, several values in a cell joined by `|`.

    Raises:
        CampaignError: A row cannot be read; says the row and the field.
    """
    if not file.is_file():
        raise CampaignError(
            "there is no such file", Where(str(file)), hint="look at the name", zh="没有这个文件", hint_zh="请核对文件名"
        )
    return _models(file, model)


def _models(file: Path, model: type[M]) -> list[M]:
    return [_checked(file, row, model.model_validate, _split(model, cells)) for row, cells in _rows(file)]


def _split(model: type[Model], cells: Mapping[str, str]) -> dict[str, object]:
    """Return the cells with those of multi-valued fields split into lists."""
    several = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple}
    return {name: text.split("|") if name in several else text for name, text in cells.items()}


def _reported(cells: Mapping[str, Any]) -> Reported:
    own = {name: cells[name] for name in cells if name not in _REPORTED and name not in Reported.model_fields}
    subject = Account.model_validate(own) if "platform" in own else Site.model_validate(_split(Site, own))
    fields = {name: cells[name] for name in ("tier", "outcome", "by", "at", "reviewed_at", "document") if name in cells}
    if "wording" in cells:
        fault = Fault(
            wording=cells["wording"],
            indicator_ids=tuple(cells["indicators"].split("|")) if "indicators" in cells else (),
            heading=cells.get("heading", ""),
            is_one_of_several="more" in cells,
            column=cells.get("column"),
        )
        fields["faults"] = (fault,)
    if "score_low" in cells:
        fields["score"] = (cells["score_low"], cells.get("score_high", cells["score_low"]))
    return Reported.model_validate({"subject": subject, **fields})


def _disclosure(cells: Mapping[str, str]) -> Disclosure:
    kinds = [(name, text) for name, text in cells.items() if name not in Disclosure.model_fields]
    return Disclosure.model_validate({**{name: cells[name] for name in cells if name in Disclosure.model_fields}, "kinds": kinds})
