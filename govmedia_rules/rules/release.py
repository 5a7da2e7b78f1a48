"""A release of rulebooks apart from the code: a folder or zip of layers with a manifest, verified whole before use."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from govmedia_rules.core.faults import describe_fault, place_of
from govmedia_rules.core.files import complete_file, make_folder, not_written
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.errors import (
    ArgumentError,
    ExportError,
    RulebookError,
    RulebookErrors,
    RulebookSyntaxError,
    UnknownCheck,
    UnknownRulebook,
    Where,
    reason_zh,
)
from govmedia_rules.rules.load import MAX_BYTES, LayerSource, collect_layers, known_ids, parse_layer, single_faults
from govmedia_rules.rules.model import Layer
from govmedia_rules.rules.overlay import resolve
from govmedia_rules.rules.plugins import Plugins, installed

MANIFEST = "manifest.json"
"""Name of the file that lists the others."""

MAX_FILES = 2_000
MAX_TOTAL_BYTES = 64 * 1024 * 1024
"""Bytes of all files of a release together."""

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}\.toml")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a zip, so that the same books give the same zip."""


class ReleasedBook(Model):
    """One layer of a release.

    Attributes:
        file: Its file, a plain name beside the manifest.
        id: Id of the layer.
        version: Its version.
        sha256: Digest of the file.
        bytes: Size of the file.
    """

    file: Annotated[str, StringConstraints(pattern=f"^{_PLAIN_NAME.pattern}$")]
    id: Name
    version: Short
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=0, le=MAX_BYTES)]


class Manifest(Model):
    """The manifest of a release.

    Attributes:
        format: What the file is.
        format_version: Version of this format.
        name: Who releases what, as a plain word.
        version: Version of the release.
        issued: Day of the release; None where it is not said.
        note: A remark.
        books: Every file of the release but the manifest.
    """

    format: Literal["govmedia-rules-books"]
    format_version: Literal[1]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=100)]
    issued: date | None = None
    note: Short | None = None
    books: Annotated[tuple[ReleasedBook, ...], Field(min_length=1, max_length=MAX_FILES)]


@dataclass(frozen=True)
class Books:
    """Rulebooks released apart from the code, added to the built-in ones or used instead of them.

    Attributes:
        name: Name of the release with its version and the first digits of its digest, as results show it.
        digest: SHA-256 of the manifest, which holds the digests of all files.
        layers: The layers by id. One that has the id of a built-in rulebook stands in its place.
        alone: Whether no built-in rulebook can be named beside them.

    Example:
        >>> import tempfile
        >>> import govmedia_rules as gr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     release = gr.export_books(["hanzhong-2021"], f"{folder}/books.zip", name="province", version="1")
        ...     read = gr.read_books(f"{folder}/books.zip")
        >>> sorted(read.layers), read.digest == release.digest
        (['hanzhong-2021', 'national-2019'], True)
    """

    name: str
    digest: str
    layers: Mapping[str, Layer]
    alone: bool = False

    def over(self, plugins: Plugins) -> Plugins:
        """Return the plugins of installed packages, overlaid with these books."""
        return replace(plugins, released=self.layers, alone=self.alone)


def read_books(path: str | os.PathLike[str], *, alone: bool = False) -> Books:
    """Read a release of rulebooks and verify all of it: the manifest, every digest, and that it contains nothing else.

    Args:
        path: A folder or zip with `manifest.json` and the files it lists, as `export_books` writes it.
        alone: True to use it instead of the built-in rulebooks, not beside them.

    Raises:
        RulebookErrors: Everything that is wrong with the release.

    Example:
        >>> import tempfile
        >>> import govmedia_rules as gr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     release = gr.export_books(["hanzhong-2021"], f"{folder}/books.zip", name="province", version="1")
        ...     read = gr.read_books(f"{folder}/books.zip")
        >>> sorted(read.layers), read.digest == release.digest
        (['hanzhong-2021', 'national-2019'], True)
    """
    root = Path(path)
    faults: list[RulebookError] = []
    try:
        content = dict(_zipped(root) if root.is_file() else _in_folder(root))
        manifest = _manifest(content, root)
    except RulebookError as fault:
        raise RulebookErrors(f"the release {root} cannot be used", single_faults(fault), f"发布包 {root} 不能使用") from None
    digest = hashlib.sha256(content[MANIFEST]).hexdigest()
    name = f"{manifest.name} {manifest.version} ({digest[:12]})"
    unlisted = content.keys() - {MANIFEST, *(book.file for book in manifest.books)}
    faults += [
        _fault(root, file, "the manifest does not list this file", "清单没有列这个文件", "take it out", "请取出")
        for file in sorted(unlisted)
    ]
    layers: dict[str, Layer] = {}
    for book in manifest.books:
        try:
            layer = _checked(book, content, root)
        except RulebookError as fault:
            faults += single_faults(fault)
            continue
        if book.id in layers:
            faults.append(
                _fault(
                    root,
                    book.file,
                    f"the manifest lists {book.id!r} twice",
                    f"清单两次列出 {book.id!r}",
                    "one id is one book",
                    "一个编号只对应一个",
                )
            )
        layers[book.id] = layer._replace(release=name)
    books = Books(name, digest, layers, alone)
    faults += _unknown_bases(books) if not faults else []
    faults += _unusable(books) if not faults else []
    if faults:
        raise RulebookErrors(f"the release {root} cannot be used", faults, f"发布包 {root} 不能使用")
    return books


def _fault(root: Path, file: str, what: str, zh: str, hint: str = "", hint_zh: str = "") -> RulebookError:
    return RulebookError(what, Where(f"{root}#{file}"), hint, zh, hint_zh)


def _in_folder(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder; links and folders in it are refused."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError as fault:
        raise RulebookSyntaxError(
            f"the release cannot be read: {fault.strerror}", Where(str(root)), zh=f"发布包不能读：{reason_zh(fault)}"
        ) from None
    _check_count(root, len(entries))
    left = MAX_TOTAL_BYTES
    for entry in entries:
        if not entry.is_file(follow_symlinks=False):
            raise _fault(
                root,
                entry.name,
                "a release holds plain files only",
                "发布包里只能有普通文件",
                "take out links and folders",
                "请取出链接和目录",
            )
        _check_size(root, entry.name, entry.stat(follow_symlinks=False).st_size, left)
        with open(entry.path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        _check_size(root, entry.name, len(data), left)
        left -= len(data)
        yield entry.name, data


def _zipped(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip; names with a path, links, encrypted and repeated files are refused."""
    try:
        with zipfile.ZipFile(root) as archive:
            entries = archive.infolist()
            _check_count(root, len(entries))
            names: set[str] = set()
            left = MAX_TOTAL_BYTES
            for entry in entries:
                is_plain = entry.filename == MANIFEST or _PLAIN_NAME.fullmatch(entry.filename) is not None
                if not is_plain or stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
                    raise _fault(
                        root,
                        entry.filename[:200],
                        "a release holds plain, unencrypted .toml files and its manifest only",
                        "发布包里只能有未加密的 .toml 文件和清单",
                    )
                if entry.filename in names:
                    raise _fault(root, entry.filename, "the zip holds this file twice", "zip 里有两个这样的文件")
                names.add(entry.filename)
                _check_size(root, entry.filename, entry.file_size, left)
                with archive.open(entry) as file:
                    data = file.read(MAX_BYTES + 1)
                _check_size(root, entry.filename, len(data), left)
                left -= len(data)
                yield entry.filename, data
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error, ValueError) as fault:
        raise RulebookSyntaxError(
            f"the release is no zip that can be read: {fault}", Where(str(root)), zh=f"发布包不是可读的 zip：{reason_zh(fault)}"
        ) from None


def _check_count(root: Path, count: int) -> None:
    if count > MAX_FILES + 1:
        raise RulebookSyntaxError(
            f"the release has {count} files, more than {MAX_FILES}",
            Where(str(root)),
            zh=f"发布包有 {count} 个文件，多于 {MAX_FILES}",
        )


def _check_size(root: Path, file: str, size: int, left: int) -> None:
    if size > MAX_BYTES:
        raise _fault(root, file, f"the file has more than {MAX_BYTES} bytes", f"文件超过 {MAX_BYTES} 字节")
    if size > left:
        raise _fault(
            root, file, f"the files have more than {MAX_TOTAL_BYTES} bytes together", f"文件合计超过 {MAX_TOTAL_BYTES} 字节"
        )


def _manifest(content: Mapping[str, bytes], root: Path) -> Manifest:
    if MANIFEST not in content:
        raise _fault(
            root,
            MANIFEST,
            "the release has no manifest",
            "发布包里没有清单",
            "`govmedia-rules book export … --out books.zip` writes one",
            "用 `govmedia-rules book export … --out books.zip` 写出",
        )
    try:
        return Manifest.model_validate(json.loads(content[MANIFEST], object_pairs_hook=_unrepeated))
    except ValidationError as group:
        where = f"{root}#{MANIFEST}"
        faults = [
            RulebookSyntaxError(describe_fault(error).en, Where(where, key=place_of(error) or None), zh=describe_fault(error).zh)
            for error in group.errors(include_url=False, include_input=False)[:20]
        ]
        raise RulebookErrors("the manifest cannot be used", faults, "清单不能使用") from None
    except (ValueError, RecursionError) as fault:
        raise RulebookSyntaxError(
            f"the manifest is not JSON: {fault}", Where(f"{root}#{MANIFEST}"), zh=f"清单不是 JSON：{reason_zh(fault)}"
        ) from None


def _checked(book: ReleasedBook, content: Mapping[str, bytes], root: Path) -> Layer:
    """Return a layer after verifying that its file matches the manifest."""
    data = content.get(book.file)
    if data is None:
        raise _fault(root, book.file, "the manifest lists a file that is not there", "清单列出的文件不存在")
    if len(data) != book.bytes or hashlib.sha256(data).hexdigest() != book.sha256:
        raise _fault(
            root,
            book.file,
            "the file is not the one that was released: its digest differs",
            "文件不是发布时的文件：摘要不同",
            "get the release again",
            "请重新获取发布包",
        )
    layer = parse_layer(data, f"{root}#{book.file}")
    if (layer.content.id, layer.content.version) != (book.id, book.version):
        stated = f"{layer.content.id}@{layer.content.version}"
        raise _fault(
            root,
            book.file,
            f"the manifest says {book.id}@{book.version}, and the file is {stated}",
            f"清单写的是 {book.id}@{book.version}，文件是 {stated}",
        )
    return layer


def _unknown_bases(books: Books) -> list[RulebookError]:
    known = set(known_ids(books.over(installed())))
    return [
        UnknownRulebook(
            f"no rulebook is named {base!r}",
            Where(layer.file, key="extends"),
            "the release must hold it",
            f"没有名为 {base!r} 的指标体系",
            "发布包里应有它",
        )
        for layer in books.layers.values()
        for base in layer.content.extends
        if base not in known
    ]


def _unusable(books: Books) -> list[RulebookError]:
    """Return what is wrong with the rulebooks themselves, such as a veto made milder; nothing of one whose checks are not here.

    Those a caller may bring along when it is loaded, which checks it then.
    """
    plugins = books.over(installed())
    faults: dict[str, RulebookError] = {}  # a fault of a layer is one of each that extends it
    for name in books.layers:
        try:
            resolve(collect_layers([name], plugins), plugins, {})
        except RulebookError as fault:
            found = single_faults(fault)
            if not any(isinstance(each, UnknownCheck) for each in found):
                faults |= {str(each): each for each in found}
    return list(faults.values())


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        what, zh = "the manifest writes a key twice in one object", "清单在一个对象里重复写了同一个键"
        raise RulebookSyntaxError(what, Where(MANIFEST), zh=zh)
    return content


def export_books(
    sources: Sequence[LayerSource],
    path: str | os.PathLike[str],
    *,
    name: str,
    version: str,
    issued: date | None = None,
    note: str | None = None,
    books: Books | None = None,
) -> Books:
    """Write rulebooks with everything they extend as a release, which `read_books` reads.

    Args:
        sources: Ids or paths of TOML files; each must be usable by itself.
        path: A zip, which ends in `.zip`, or a folder that does not exist yet.
        name: Name of the release.
        version: Its version.
        issued: Day of the release.
        note: A remark.
        books: Another release in which ids are looked up first.

    Returns:
        The release as it is read back.

    Raises:
        RulebookErrors: A rulebook cannot be used.
        ExportError: A layer is no file, or nothing can be written there.
        ArgumentError: The name or version is not such a word.

    Example:
        >>> import tempfile
        >>> import govmedia_rules as gr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     release = gr.export_books(["hanzhong-2021"], f"{folder}/books.zip", name="province", version="1")
        ...     read = gr.read_books(f"{folder}/books.zip")
        >>> sorted(read.layers), read.digest == release.digest
        (['hanzhong-2021', 'national-2019'], True)
    """
    plugins = installed() if books is None else books.over(installed())
    layers: dict[str, Layer] = {}
    for source in sources:
        chain = collect_layers([source], plugins)
        resolve(chain, plugins, {})
        layers |= {layer.content.id: layer for layer in chain}
    files = {f"{layer.content.id}.toml": _text_of(layer) for layer in layers.values()}
    try:
        manifest = Manifest(
            format="govmedia-rules-books",
            format_version=1,
            name=name,
            version=version,
            issued=issued,
            note=note,
            books=tuple(
                ReleasedBook(
                    file=file,
                    id=layer.content.id,
                    version=layer.content.version,
                    sha256=hashlib.sha256(data).hexdigest(),
                    bytes=len(data),
                )
                for layer, (file, data) in zip(layers.values(), files.items(), strict=True)
            ),
        )
    except ValidationError as fault:
        given = ", ".join(str(part["loc"][0]) for part in fault.errors())
        what = f"name and version of a release are short words of letters, digits, '.', '_' and '-': {given} is not"
        zh = f"发布包的名称和版本只用字母（名称用小写）、数字和“.”“_”“-”，这里不是：{given}"
        raise ArgumentError(
            what, None, "write name='province', version='2024.1'", zh, "例如 name='province', version='2024.1'"
        ) from None
    text = json.dumps(manifest.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=1) + "\n"
    _write(Path(path), {MANIFEST: text.encode(), **files})
    return read_books(path)


def _text_of(layer: Layer) -> bytes:
    place = Where(layer.file, key="extends")
    if any(base.endswith(".toml") for base in layer.content.extends):
        raise ExportError(
            "a released layer extends others by their ids, not by paths", place, zh="发布的指标体系按编号扩展别的，不按路径"
        )
    try:
        return Path(layer.file).read_bytes()
    except OSError as fault:
        raise ExportError(
            "only layers that are files can be released", Where(layer.file), zh="只有文件形式的指标体系能发布"
        ) from fault


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    if target.suffix == ".zip":
        with complete_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, data in files.items():
                archive.writestr(zipfile.ZipInfo(file, _EARLIEST), data, zipfile.ZIP_DEFLATED)
        return
    if target.exists():
        raise ExportError(
            "the folder is there already",
            Where(str(target)),
            "name a new one, or a .zip",
            "已有这个目录",
            "请换一个名称，或写成 .zip",
        )
    above = make_folder(target.parent)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=above) as beside:
            folder = make_folder(Path(beside, target.name))
            for file, data in files.items():
                (folder / file).write_bytes(data)
            folder.rename(target)
    except OSError as fault:
        raise not_written(target, fault) from fault
