"""The page that `provider-svc figures --format html` writes: what it says, and how it looks in a browser without a network. Pictures go to build/test-results/figures-page."""

import base64
import csv
import html
import json
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as tree
from datetime import date
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from figures_company import Companies
from figures_topic import Replay

SPAN = ("--from", "2024-01-01", "--until", "2025-01-01")
PICTURES = Path(__file__).resolve().parents[2] / "build" / "test-results" / "figures-page"
XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
CARE, NEW, EMPTY, ODD = "Zorggroep De Linde", "Begonnen in maart", "Zonder dienstverbanden", "<b>\"x\"</b> & Zonen \u202egnp.exe"
UNITS = {"Z": ("Zorg", None), "Z1": ("Verpleging", "Z"), "Z11": ("Verpleging dagdienst", "Z1"), "Z12": ("Verpleging nachtdienst", "Z1"),
         "Z2": ("Thuiszorg", "Z"), "Z3": ("Revalidatie & fysiotherapie", "Z"), "K": ("Kantoor", None), "K1": ("Financiën", "K"),
         "K2": ("Personeel en organisatie", "K"), "K3": ("Automatisering", "K"), "F": ("Facilitair", None), "F1": ("Keuken", "F"),
         "F2": ("Schoonmaak", "F"), "F3": ("Technische dienst", "F"), "B": ("Bestuur", None)}
HEADS = {"Z": 12, "Z11": 140, "Z12": 60, "Z2": 120, "Z3": 24, "K": 9, "K1": 16, "K2": 14, "K3": 22, "F1": 30, "F2": 41, "F3": 13, "B": 3}
DECIMALS = {"headcount": 1, "headcount_last_day": 0, "fte": 1, "absence_pct": 2, "absence_with_leave_pct": 2, "frequency": 2, "frequency_multiple": 2,
            "frequency_begin_end": 2, "mean_duration": 1, "zero_no_day_any_day": 1, "zero_no_report_any_day": 1, "reports": 0, "recovered": 0}


def companies():
    """One ordinary employer; one that began with three people; one without any; one still loading, deep, with names that want to be markup."""
    made = Companies(random.Random(7), date(2024, 1, 1), date(2025, 1, 1))
    made.employer(CARE)
    for code, (name, parent) in UNITS.items():
        made.unit(CARE, code, name, parent)
    for code, heads in HEADS.items():
        made.hire(CARE, code, heads, sickness=2)
    made.employer(NEW)
    made.hire(NEW, "A", 3, start=date(2024, 3, 1))
    made.hire(NEW, "A", 30, start=date(2024, 6, 1), sickness=3)
    made.employer(EMPTY)
    made.employer(ODD, complete=False)
    for depth in range(14):
        made.unit(ODD, f"D{depth}", "zeerlangenaamzonderspaties" * 2 + f" {depth}", f"D{depth - 1}" if depth else None)
        made.hire(ODD, f"D{depth}", 9)
    made.unit(ODD, "X&\u2067", "</td></table><img src=x onerror=alert(1)>")
    made.hire(ODD, "X&\u2067", 9)
    return made.records


@pytest.fixture(scope="module")
def replay(stack, tmp_path_factory):
    made = Replay(stack, tmp_path_factory.mktemp("figures-page"), f"F{random.randrange(1 << 60)}", 3)
    made.feed.write(companies())
    return made


@pytest.fixture(scope="module")
def pages(replay, tmp_path_factory):
    """{(employer or None for all, language): file}."""
    folder, made = tmp_path_factory.mktemp("pages"), {}
    for employer in (CARE, None):
        for language in ("nl", "en"):
            path = made[employer, language] = folder / f"{'one' if employer else 'all'}-{language}.html"
            only = ("--employer", employer) if employer else ()
            replay.figures(*SPAN, *only, "--format", "html", "--lang", language, "--output", path)
    return made


def sheet(replay, *options):
    text = replay.figures(*SPAN, *options, "--format", "csv").stdout
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def words(element):
    return " ".join("".join(element.itertext()).split())


def table(page, name):
    """The rows of the table with that heading, as lists of texts."""
    region = next(e for e in page.iter(f"{XHTML}div") if e.get("aria-labelledby") == name)
    return [[words(cell) for cell in row] for row in region.iter(f"{XHTML}tr")]


def everything(pages):
    return [tree.parse(path).getroot() for path in pages.values()]


def test_a_page_is_well_formed_and_says_what_each_cell_and_chart_is(pages):
    for page in everything(pages):
        names = [e.get("id") for e in page.iter() if e.get("id")]
        assert len(names) == len(set(names))
        charts = [e for e in page.iter(f"{XHTML}svg") if e.get("class", "").startswith("chart")]
        assert charts
        for chart in charts:
            assert chart.get("role") == "img"
            assert all(words(next(e for e in chart if e.get("id") == name)) for name in chart.get("aria-labelledby").split())
        assert all(e.get("scope") in ("row", "col") for e in page.iter(f"{XHTML}th"))
        wide = [max(sum(int(cell.get("colspan", 1)) for cell in row) for row in t.iter(f"{XHTML}tr")) for t in page.iter(f"{XHTML}table")]
        assert all(sum(int(cell.get("colspan", 1)) for cell in row) == most
                   for t, most in zip(page.iter(f"{XHTML}table"), wide, strict=True) for row in t.iter(f"{XHTML}tr"))
        assert not [e.tag for e in page.iter() if e.tag.rpartition("}")[2] in ("script", "link", "img", "iframe", "object", "embed")]
        assert all(value.startswith("#") for e in page.iter() for name, value in e.attrib.items() if name in ("href", "src"))
        assert not [name for e in page.iter() for name in e.attrib if name.startswith("on")]


def test_names_from_outside_are_text(pages):
    for language in ("nl", "en"):
        names = [words(e) for e in tree.parse(pages[None, language]).getroot().iter(f"{XHTML}bdi")]
        assert "<b>\"x\"</b> & Zonen \ufffdgnp.exe" in names
        assert "</td></table><img src=x onerror=alert(1)>" in names
        assert "X&\ufffd" in names


def test_a_page_has_the_figures_that_csv_has(replay, pages):
    """The whole period, one by one, in both languages; the months."""
    by_decimals = {n: sheet(replay, "--employer", CARE, "--decimals", str(n))[0] for n in (0, 1, 2)}
    expected = [by_decimals[decimals][name] for name, decimals in DECIMALS.items()]
    months = sheet(replay, "--employer", CARE, "--per", "month", "--decimals", "2")
    for language in ("nl", "en"):
        page = tree.parse(pages[CARE, language]).getroot()
        plain = (lambda t: t.replace(".", "").replace(",", ".")) if language == "nl" else (lambda t: t.replace(",", ""))
        assert [plain(row[1]) for row in table(page, "all1")[1:]] == expected
        assert [plain(row[1]) for row in table(page, "time1")[1:-1]] == [row["absence_pct"] for row in months]
        assert [plain(row[1]) for row in table(page, "reports1")[1:-1]] == [row["frequency"] for row in months]


def test_months_and_departments_that_are_kept_back_cannot_be_had_by_subtraction(pages):
    """What is left of the whole without the months shown is more than one month with somebody in it, and so for departments under their sum."""
    page = tree.parse(pages[None, "en"]).getroot()
    number = [words(e) for e in page.iter(f"{XHTML}h2")].index(NEW)
    rows = table(page, f"reports{number}")[1:]
    months, whole = rows[:-1], rows[-1]
    kept = [row[0] for row in months if row[1] == "suppressed"]
    assert [row[0] for row in months if row[1] == "not available"] == ["Jan 2024", "Feb 2024"]
    assert {"Mar 2024", "Apr 2024", "May 2024"} < set(kept)
    assert len(kept) == 4 and whole[1] != "suppressed"
    left = int(whole[2]) - sum(int(row[2]) for row in months if row[1] != "suppressed")
    assert left >= 0
    departments = table(tree.parse(pages[CARE, "en"]).getroot(), "departments1")[1:]
    tops = [row for row in departments if row[0].split()[0] in ("Bestuur", "Facilitair", "Kantoor", "Zorg")]
    assert sum(row[1] == "suppressed" for row in tops) >= 2 and any(row[1] != "suppressed" for row in tops)


def test_a_page_takes_no_options_that_it_has_no_use_for(replay):
    for options in (("--format", "html", "--by", "gender"), ("--format", "html", "--decimals", "3"), ("--lang", "en"), ("--format", "html", "--lang", "fr")):
        assert replay.figures(*SPAN, *options, check=False).returncode == 2


def test_loading_is_said_beside_every_figure(pages):
    page = tree.parse(pages[None, "en"]).getroot()
    section = next(e for e in page.iter(f"{XHTML}section") if e.get("class") == "employer" and "gnp.exe" in words(next(e.iter(f"{XHTML}h2"))))
    assert "not complete yet (LOADING)" in words(section)
    marked = [e for e in section.iter() if e.tag in (f"{XHTML}h3", f"{XHTML}dt")]
    assert marked and all("Provisional" in words(e) for e in marked)


class Browser:
    """Chromium that can reach nothing but files."""

    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
                     f"--user-data-dir={folder}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.command("Network.enable")
        self.command("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)

    def command(self, name, **options):
        return self.driver.execute_cdp_cmd(name, options)

    def open(self, path, width, dark=False):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.driver.get(path.as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def requests(self):
        """What was asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}

    def picture(self, name, height=None):
        area = {"x": 0, "y": 0, "width": self.run("return innerWidth"), "height": height or self.run("return document.documentElement.scrollHeight"), "scale": 1}
        taken = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=area)
        (PICTURES / name).write_bytes(base64.b64decode(taken["data"]))

    def print(self, name):
        """As A4; how many sheets."""
        made = self.command("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        (PICTURES / f"{name}.pdf").write_bytes(base64.b64decode(made["data"]))
        subprocess.run(["pdftoppm", "-r", "60", "-png", PICTURES / f"{name}.pdf", PICTURES / name], check=True, timeout=60)
        return sorted(PICTURES.glob(f"{name}-*.png"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    made = Browser(tmp_path_factory.mktemp("browser"))
    yield made
    made.driver.quit()


@pytest.mark.parametrize("width", [1280, 390, 360])
def test_a_page_opens_without_a_network_and_needs_no_sideways_scrolling(browser, pages, width):
    for (employer, language), path in pages.items():
        browser.requests()
        browser.open(path, width)
        assert browser.requests() == {path.as_uri()}
        assert browser.driver.get_log("browser") == []
        assert browser.run("return document.documentElement.scrollWidth") <= width
        assert browser.run("return [...document.querySelectorAll('svg.chart')].filter(e => e.getBoundingClientRect().width > 0).length") > 0
        browser.picture(f"{'one' if employer else 'all'}-{language}-{width}.png", None if employer else 3000)


# The contrast of each element's own text to what it stands on, where it is less than asked for.
CONTRAST = """
const channel = c => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parts = text => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const found = [];
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length || e.closest('title, desc, style')) continue;
  const style = getComputedStyle(e), [a, b] = [light(parts(e.closest('svg') ? style.fill : style.color)), light(ground(e))].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) found.push([e.tagName, e.className.baseVal ?? e.className, (a + 0.05) / (b + 0.05)]);
}
return found;
"""


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_stands_out_from_what_it_is_on(browser, pages, dark):
    browser.open(pages[None, "en"], 1280, dark)
    assert browser.run(CONTRAST) == []
    if dark:
        browser.open(pages[CARE, "nl"], 1280, dark)
        browser.picture("one-nl-1280-dark.png")
    browser.run("document.documentElement.style.setProperty('--soft', getComputedStyle(document.body).backgroundColor)")
    assert browser.run(CONTRAST)


def test_a_page_prints_on_a4(browser, pages):
    for language in ("nl", "en"):
        browser.open(pages[CARE, language], 1280)
        sheets = browser.print(f"print-{language}")
        assert 4 <= len(sheets) <= 9
        assert all(path.read_bytes()[16:24] == (496).to_bytes(4) + (702).to_bytes(4) for path in sheets)
