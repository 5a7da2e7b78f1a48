(function () {
  "use strict";
  var source = document.getElementById("data"), data = JSON.parse(source.textContent), items = data.items;
  var store = "govmedia-rules-desk:" + source.dataset.key, PAGE = 40;
  var $ = function (id) { return document.getElementById(id); };
  var list = $("list"), cards = [], shown = 0, current = -1;
  var saved = { role: "", decisions: {} };
  try { saved = Object.assign(saved, JSON.parse(localStorage.getItem(store) || "{}")); } catch (e) { /* storage may be closed */ }
  items.forEach(function (item) {
    item.key = [item.subject, item.indicator, item.passage || item.entry || item.observed_at].join("\u0000");
    item.words = (item.name + " " + item.owner + " " + item.title + " " + item.message + " " + item.pieces.map(function (p) { return p.text; }).join(" ")).toLowerCase();
  });
  function keep() { try { localStorage.setItem(store, JSON.stringify(saved)); } catch (e) { note("浏览器不能保存，请及时保存文件"); } }
  function make(tag, text, name) { var node = document.createElement(tag); if (text) node.textContent = text; if (name) node.className = name; return node; }
  function decision(card) { return saved.decisions[card.items[0].key] || { decision: "", reason: "" }; }
  function fill(select, values) { values.forEach(function (value) { var option = make("option", value[1]); option.value = value[0]; select.appendChild(option); }); }
  function unique(pairs) { var got = {}; return pairs.filter(function (pair) { return got[pair[0]] ? false : (got[pair[0]] = true); }); }
  fill($("indicator"), unique(items.map(function (item) { return [item.indicator, item.title + "（" + item.indicator + "）"]; })));
  fill($("platform"), unique(items.map(function (item) { return [item.platform, item.platform]; })));
  $("role").value = saved.role;

  function regroup() {
    var grouped = $("group").checked, byKey = {};
    cards = [];
    items.forEach(function (item) {
      var key = grouped && item.passage ? item.indicator + "\u0000" + item.passage : item.key;
      if (byKey[key]) byKey[key].items.push(item); else cards.push(byKey[key] = { items: [item] });
    });
  }
  function matches(card) {
    var text = $("find").value.trim().toLowerCase(), state = $("state").value;
    if (state && (decision(card).decision || "open") !== state) return false;
    return card.items.some(function (item) {
      return (!text || item.words.indexOf(text) >= 0) && (!$("indicator").value || item.indicator === $("indicator").value) && (!$("platform").value || item.platform === $("platform").value);
    });
  }
  var visible = [];
  function render() { visible = cards.filter(matches); list.textContent = ""; shown = 0; current = -1; more(PAGE); progress(); }
  function more(count) {
    var part = document.createDocumentFragment(), stop = Math.min(visible.length, shown + count);
    for (; shown < stop; shown++) part.appendChild(draw(visible[shown]));
    list.appendChild(part);
    $("rest").textContent = visible.length ? (shown < visible.length ? "还有 " + (visible.length - shown) + " 条，向下滚动显示" : "已全部显示") : "没有符合条件的内容";
  }
  function passage(piece) {
    var quote = make("blockquote"), rest = piece.text || "", at;
    while (piece.term && (at = rest.indexOf(piece.term)) >= 0) {
      quote.appendChild(document.createTextNode(rest.slice(0, at)));
      quote.appendChild(make("mark", piece.term));
      rest = rest.slice(at + piece.term.length);
    }
    quote.appendChild(document.createTextNode(rest));
    return quote;
  }
  function draw(card) {
    var item = card.items[0], node = make("article"), labels = { failed: "机器判为不通过", needs_review: "候选，须人工确认" };
    card.node = node;
    node.tabIndex = 0;
    node.appendChild(make("h2", item.name + (card.items.length > 1 ? " 等 " + card.items.length + " 处" : "")));
    node.appendChild(make("p", item.platform + (item.owner ? "　" + item.owner : "") + "　监测时间点 " + item.observed_at.slice(0, 16).replace("T", " ") + "　" + (labels[item.status] || ""), "soft"));
    node.appendChild(make("p", item.title + "：" + item.message));
    item.pieces.forEach(function (piece) {
      node.appendChild(passage(piece));
      var facts = [];
      if (piece.suggestion) facts.push("建议写法：" + piece.suggestion);
      if (piece.confidence) facts.push("把握：" + piece.confidence);
      if (piece.when) facts.push("时间：" + piece.when.slice(0, 10));
      if (piece.document) facts.push("依据：" + piece.document);
      if (facts.length) node.appendChild(make("p", facts.join("　"), "soft"));
      piece.places.forEach(function (place) {
        var line = make("p", "", "soft");
        if (place.link) { var link = make("a", place.text); link.href = place.link; link.rel = "noreferrer noopener"; link.target = "_blank"; line.appendChild(link); } else line.textContent = place.text;
        node.appendChild(line);
      });
      if (piece.more) node.appendChild(make("p", "另有 " + piece.more + " 处", "soft"));
    });
    if (card.items.length > 1) node.appendChild(make("p", "出现于：" + card.items.map(function (one) { return one.name; }).filter(function (name, i, all) { return all.indexOf(name) === i; }).join("、"), "soft"));
    node.appendChild(make("p", "依据：" + item.source, "soft"));
    item.reviewed.forEach(function (line) { node.appendChild(make("p", "已有复核：" + line, "soft")); });
    var row = make("div", "", "decide");
    [["confirmed", "确认 (Y)"], ["dismissed", "驳回 (N)"], ["", "待核 (U)"]].forEach(function (pair) {
      var button = make("button", pair[1]);
      button.type = "button";
      button.dataset.value = pair[0];
      button.addEventListener("click", function () { decide(card, pair[0]); });
      row.appendChild(button);
    });
    var reason = make("textarea");
    reason.placeholder = "理由（保存时必填）";
    reason.setAttribute("aria-label", "理由");
    reason.value = decision(card).reason;
    reason.addEventListener("input", function () { set(card, decision(card).decision, reason.value); });
    card.reason = reason;
    row.appendChild(reason);
    node.appendChild(row);
    node.addEventListener("focusin", function () { current = visible.indexOf(card); });
    paint(card);
    return node;
  }
  function paint(card) {
    if (!card.node) return;
    var state = decision(card).decision;
    card.node.dataset.state = state || "open";
    card.node.querySelectorAll("button[data-value]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.dataset.value === state)); });
  }
  function set(card, value, reason) {
    var now = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace(".000Z", "+00:00");
    card.items.forEach(function (item) { saved.decisions[item.key] = { decision: value, reason: reason, at: now }; });
    keep();
  }
  function decide(card, value) { set(card, value, decision(card).reason); paint(card); progress(); }
  function progress(text) {
    var counts = { confirmed: 0, dismissed: 0 };
    items.forEach(function (item) { var made = saved.decisions[item.key]; if (made && made.decision) counts[made.decision]++; });
    $("progress").textContent = "共 " + items.length + " 项：已确认 " + counts.confirmed + "，已驳回 " + counts.dismissed + "，待核 " + (items.length - counts.confirmed - counts.dismissed) + (text ? "。" + text : "");
    $("progress").className = text ? "warn" : "";
  }
  function note(text) { progress(text); }

  function reviews() {
    if (!$("role").value.trim()) { note("请先填写复核角色"); $("role").focus(); return null; }
    var role = $("role").value.trim(), lines = [], bare = 0;
    items.forEach(function (item) {
      var made = saved.decisions[item.key];
      if (!made || !made.decision) return;
      if (!made.reason.trim()) { bare++; return; }
      var line = { subject: item.subject, indicator: item.indicator, decision: made.decision, role: role, at: made.at, reason: made.reason.trim() };
      if (item.passage) line.passage = item.passage; else if (item.entry) line.entry = item.entry; else line.observed_at = item.observed_at;
      lines.push([line, item]);
    });
    if (bare) { note("有 " + bare + " 项没有写理由，未保存；请补写"); return null; }
    if (!lines.length) { note("还没有可保存的决定"); return null; }
    return lines;
  }
  function download(name, parts, type) {
    var link = make("a");
    link.href = URL.createObjectURL(new Blob(parts, { type: type }));
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  $("save").addEventListener("click", function () {
    var lines = reviews();
    if (lines) download("reviews.jsonl", lines.map(function (pair) { return JSON.stringify(pair[0]) + "\n"; }), "application/x-ndjson");
  });
  // A workbook of inline strings, zipped without compression: every office program opens it, and no text can be a formula.
  var CRC = (function () { var table = []; for (var n = 0; n < 256; n++) { var c = n; for (var k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; table[n] = c >>> 0; } return table; })();
  function crc(bytes) { var c = 0xffffffff; for (var i = 0; i < bytes.length; i++) c = CRC[(c ^ bytes[i]) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; }
  function number(value, size) { var bytes = new Uint8Array(size); for (var i = 0; i < size; i++) { bytes[i] = value & 255; value = Math.floor(value / 256); } return bytes; }
  function zip(files) {
    var out = [], central = [], offset = 0, size = 0;
    files.forEach(function (file) {
      var name = new TextEncoder().encode(file[0]), body = new TextEncoder().encode(file[1]), sum = crc(body);
      var head = [number(20, 2), number(2048, 2), number(0, 2), number(0, 2), number(33, 2), number(sum, 4), number(body.length, 4), number(body.length, 4), number(name.length, 2), number(0, 2)];
      out.push(number(0x04034b50, 4)); out.push.apply(out, head); out.push(name, body);
      central.push(number(0x02014b50, 4), number(20, 2)); central.push.apply(central, head); central.push(number(0, 2), number(0, 2), number(0, 2), number(0, 4), number(offset, 4), name);
      offset += 30 + name.length + body.length; size += 46 + name.length;
    });
    return out.concat(central, [number(0x06054b50, 4), number(0, 4), number(files.length, 2), number(files.length, 2), number(size, 4), number(offset, 4), number(0, 2)]);
  }
  function xml(text) { return String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"); }
  $("book").addEventListener("click", function () {
    var lines = reviews();
    if (!lines) return;
    var heads = ["对象标识", "名称", "指标", "问题", "内容", "决定", "理由", "复核角色", "时间", "监测时间点", "段落", "条目"];
    var rows = lines.map(function (pair) {
      var line = pair[0], item = pair[1];
      return [line.subject, item.name, line.indicator, item.title, item.pieces.map(function (p) { return p.text; }).join("；"), line.decision === "confirmed" ? "确认" : "驳回", line.reason, line.role, line.at, line.observed_at || "", line.passage || "", line.entry || ""];
    });
    var sheet = [heads].concat(rows).map(function (row) { return "<row>" + row.map(function (cell) { return '<c t="inlineStr"><is><t xml:space="preserve">' + xml(cell) + "</t></is></c>"; }).join("") + "</row>"; }).join("");
    var start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", pack = "http://schemas.openxmlformats.org/package/2006/";
    download("reviews.xlsx", zip([
      ["[Content_Types].xml", start + '<Types xmlns="' + pack + 'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'],
      ["_rels/.rels", start + '<Relationships xmlns="' + pack + 'relationships"><Relationship Id="rId1" Type="' + rel + '/officeDocument" Target="xl/workbook.xml"/></Relationships>'],
      ["xl/workbook.xml", start + '<workbook xmlns="' + main + '" xmlns:r="' + rel + '"><sheets><sheet name="复核" sheetId="1" r:id="rId1"/></sheets></workbook>'],
      ["xl/_rels/workbook.xml.rels", start + '<Relationships xmlns="' + pack + 'relationships"><Relationship Id="rId1" Type="' + rel + '/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'],
      ["xl/worksheets/sheet1.xml", start + '<worksheet xmlns="' + main + '"><sheetData>' + sheet + "</sheetData></worksheet>"]
    ]), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  });
  $("load").addEventListener("change", function () {
    var file = this.files[0], taken = 0, refused = 0;
    if (!file) return;
    file.text().then(function (text) {
      var byKey = {};
      items.forEach(function (item) { byKey[item.key] = item; });
      text.split("\n").forEach(function (row) {
        if (!row.trim()) return;
        try {
          var line = JSON.parse(row), key = [line.subject, line.indicator, line.passage || line.entry || line.observed_at].join("\u0000");
          if (!byKey[key] || (line.decision !== "confirmed" && line.decision !== "dismissed")) { refused++; return; }
          saved.decisions[key] = { decision: line.decision, reason: String(line.reason || ""), at: String(line.at || "") };
          taken++;
        } catch (e) { refused++; }
      });
      keep(); render(); note("读入 " + taken + " 条" + (refused ? "，" + refused + " 条不属于本页或不能读" : ""));
    });
  });

  function go(step) {
    if (!visible.length) return;
    current = Math.max(0, Math.min(visible.length - 1, current + step));
    if (current >= shown) more(PAGE);
    visible[current].node.focus();
    visible[current].node.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    var inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName), key = event.key.toLowerCase();
    if (event.key === "Escape" && inField) { event.target.blur(); if (visible[current]) visible[current].node.focus(); return; }
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    var card = visible[current];
    if (key === "j") go(1); else if (key === "k") go(-1); else if (key === "/") { $("find").focus(); event.preventDefault(); }
    else if (card && key === "y") decide(card, "confirmed"); else if (card && key === "n") decide(card, "dismissed"); else if (card && key === "u") decide(card, "");
    else if (card && key === "r") { card.reason.focus(); event.preventDefault(); }
  });
  $("role").addEventListener("input", function () { saved.role = this.value; keep(); });
  ["find", "indicator", "platform", "state"].forEach(function (id) { $(id).addEventListener("input", render); });
  $("group").addEventListener("change", function () { regroup(); render(); });
  window.addEventListener("scroll", function () { if (shown < visible.length && window.innerHeight + window.scrollY > document.body.offsetHeight - 1200) more(PAGE); }, { passive: true });
  window.addEventListener("beforeprint", function () { more(visible.length); });
  regroup();
  render();
})();
