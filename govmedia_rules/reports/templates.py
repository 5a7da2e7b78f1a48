"""Templates (模板): text with places that the library fills. They are data, and the user's to replace.

A template is Jinja in a sandbox: it can read what it is given, loop and choose, and can do nothing else. Every value is
escaped where it is put in; the words that would switch this off (`safe`, `autoescape`) are not offered. A place for which there is
nothing is an error that names it, never a blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from govmedia_rules.errors import MissingExtra, NoticeError, Where, reason_zh, visible
from govmedia_rules.reports.text import one_line

if TYPE_CHECKING:
    from jinja2 import Environment, Template

Filter = Callable[..., object]


def read_text(name: str) -> str:
    """Return a template, style sheet or script that ships with the library."""
    return files("govmedia_rules.reports").joinpath("templates", name).read_text("utf-8")


def fill_template(
    name: str,
    values: Mapping[str, object],
    *,
    template: str | Path | None = None,
    filters: Mapping[str, Filter] | None = None,
    in_one_line: bool = False,
) -> str:
    """Fill a template.

    Args:
        name: The library's template.
        values: What it may use.
        template: The user's template instead: a path, or its text (anything that holds `{` or `<`). It may include and
            import the library's templates by name.
        filters: Words the template may apply to values.
        in_one_line: Whether line ends inside a value become blanks, for documents whose lines mean something.

    Raises:
        NoticeError: A place names something that is not there, or the template is not well formed; says which and where.
        MissingExtra: jinja2 is not installed.
    """
    _need_jinja()
    name_shown = name
    if template is not None and not _is_text(template):
        name_shown = str(template)
        try:
            source = Path(template).read_text("utf-8-sig")
        except OSError as fault:
            raise NoticeError(
                f"cannot open the template: {fault.strerror or fault}",
                Where(name_shown),
                zh=f"模板打不开：{reason_zh(fault)}",
            ) from fault
        except UnicodeDecodeError as fault:
            raise NoticeError("the template is not UTF-8", Where(name_shown), zh="模板不是 UTF-8") from fault
    else:
        source = read_text(name) if template is None else str(template)
        name_shown = name if template is None else "the given template"
    return _rendered(in_one_line, source, name_shown, values, filters or {})


def markup(text: str) -> Any:
    """Return text that is already in the form of the template and is put in as it is; for the library's own parts only."""
    _need_jinja()
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  # called with what the library wrote and escaped itself


def _is_text(template: str | Path) -> bool:
    return isinstance(template, str) and ("{" in template or "<" in template)


@lru_cache(maxsize=32)
def _compiled(in_one_line: bool, source: str, filters: tuple[tuple[str, Filter], ...]) -> Template:
    """Return the template, compiled once for all the sheets of a round."""
    environment = _environment(in_one_line).overlay()
    environment.filters = {**environment.filters, **dict(filters)}
    return environment.from_string(source)


def _rendered(in_one_line: bool, source: str, name_shown: str, values: Mapping[str, object], filters: Mapping[str, Filter]) -> str:
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError

    try:
        if re.search(r"\{%[-+]?\s*autoescape\b", source):
            raise NoticeError(
                "a template may not switch escaping off",
                Where(name_shown),
                "remove the autoescape block",
                zh="模板不能关闭转义",
                hint_zh="请去掉 autoescape 块",
            )
        return visible(_compiled(in_one_line, source, tuple(filters.items())).render(values))
    except TemplateSyntaxError as fault:
        raise NoticeError(
            f"the template is not well formed: {fault.message}",
            Where(name_shown, row=fault.lineno),
            zh=f"模板写法有误：{fault.message}",
        ) from fault
    except UndefinedError as fault:
        raise NoticeError(
            str(fault.message),
            Where(name_shown, row=_line_of(fault)),
            "give it, or take its place out of the template",
            f"模板里的内容没有给出：{fault.message}",
            "请给出，或从模板里去掉",
        ) from fault
    except TemplateError as fault:
        raise NoticeError(
            f"the template cannot be filled: {fault}",
            Where(name_shown, row=_line_of(fault)),
            zh=f"模板不能填写：{reason_zh(fault)}",
        ) from fault
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, OverflowError) as fault:
        raise NoticeError(
            f"the template cannot be filled: {fault}",
            Where(name_shown, row=_line_of(fault)),
            zh=f"模板不能填写：{reason_zh(fault)}",
        ) from fault


def _line_of(fault: BaseException) -> int | None:
    """Return the line of the outermost template on the way to the fault, which is the user's."""
    step = fault.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            return step.tb_lineno
        step = step.tb_next
    return None


def _need_jinja() -> None:
    try:
        import jinja2  # noqa: F401
    except ImportError:
        raise MissingExtra(
            "writing a report from a template needs jinja2", hint="pip install govmedia-rules[report]", zh="用模板写报告需要 jinja2"
        ) from None


@cache
def _environment(in_one_line: bool) -> Environment:
    _need_jinja()
    from jinja2 import FunctionLoader, StrictUndefined, Undefined, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.utils import missing
    from markupsafe import Markup, escape

    class Absent(Undefined):
        """A field that is there and holds nothing: it may be asked for, never printed."""

        def _told(self) -> str:
            return f"{_owner(self._undefined_obj)} has no {self._undefined_name} and the template prints it"

        @property
        def _undefined_message(self) -> str:
            return self._told()

        __str__ = __html__ = __iter__ = __len__ = Undefined._fail_with_undefined_error

        def __bool__(self) -> bool:
            return False

    class Unknown(StrictUndefined):
        """A name the template made up."""

        @property
        def _undefined_message(self) -> str:
            if self._undefined_obj is missing or not isinstance(self._undefined_name, str):
                return f"the template prints {self._undefined_name!r}, which is not given"
            fields = sorted(name for name in dir(self._undefined_obj) if not name.startswith(("_", "model_")))
            close = _nearest(self._undefined_name, fields)
            return f"{_owner(self._undefined_obj)} has no field {self._undefined_name!r}" + (
                f"; did you mean {close!r}?" if close else ""
            )

    class Sandbox(ImmutableSandboxedEnvironment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            # The library's own data is plain to read: the sandbox's questions about frames and code are for the rest.
            if type(obj).__module__.startswith("govmedia_rules.") and not attribute.startswith("_"):
                value = getattr(obj, attribute, missing)
                if value is missing or callable(value):
                    value = super().getattr(obj, attribute)
            else:
                value = super().getattr(obj, attribute)
            return Absent(obj=obj, name=attribute) if value is None else value

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            # Reading a model is all a template needs; copying and dumping one is not.
            return super().is_safe_attribute(obj, attr, value) and not attr.startswith("model_")

    def put(value: object) -> object:
        if isinstance(value, str) and not hasattr(value, "__html__"):
            return one_line(value) if in_one_line else visible(value)
        if value is None:
            raise UndefinedError("the template prints a place that holds nothing")
        return value

    def join(values: Iterable[object], between: str = "") -> object:
        return Markup(escape(between)).join(escape(put(value)) for value in values)  # noqa: S704  # both sides are escaped

    environment = Sandbox(
        autoescape=True,
        undefined=Unknown,
        finalize=put,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_load),
    )
    for word in ("safe", "xmlattr", "urlize", "pprint", "tojson", "forceescape"):
        environment.filters.pop(word, None)
    environment.filters["join"] = join
    return cast("Environment", environment)


def sandbox() -> Environment:
    """Return the environment in which templates of the user run: it reads what it is given, and escapes every value."""
    return _environment(True).overlay()


def _load(name: str) -> str | None:
    return read_text(name) if re.fullmatch(r"[a-z_]+\.(html|css|js)\.?(j2)?", name) else None


def _owner(owner: object) -> str:
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(owner).__name__)
    return f"the {words.lower()}"


def _nearest(name: str, names: list[str]) -> str | None:
    import difflib

    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.6)), None)
