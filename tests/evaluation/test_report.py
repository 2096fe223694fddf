"""The report's page: as a file, and in a browser."""

import base64
import hashlib
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from qa.errors import StorageError
from qa.evaluation.evaluate import evaluation
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.nouns import Cited, Evidence, Found, Labels, Piece, Ranked, Span
from qa.evaluation.report import as_script_data, page, write_report
from qa.evaluation.scoring import scored

NAMES = [definition.name for definition in DEFINITIONS]
HOSTILE = (
    "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
    "<!--<script>{style}&lt;b&gt;\u2028]]>"
)
EMOJI = "👩‍🚀 Zoë said: the bank has ten men and two women."


class Page(HTMLParser):
    """The page's elements, and what stands in scripts, style and title."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.inside, self._open = [], {"script": [], "style": [], "title": []}, None
        self.policy = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag in self.inside:
            self.inside[tag].append("")
            self._open = tag
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_endtag(self, tag):
        self._open = None if tag == self._open else self._open

    def handle_data(self, data):
        if self._open:
            self.inside[self._open][-1] += data


def digest(text):
    """The digest by which a policy names an inline script or style."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


@pytest.fixture(scope="session")
def run(make_result):
    """Give an evaluation with every outcome, two kinds, two splits, an emoji and a hostile text."""
    start = EMOJI.index("ten men")
    quote = Cited("bänk.md", 100 + start, 100 + start + 7, "ten men", "verified")
    results = [
        make_result(
            "right",
            question="How many men has the bank?",
            split="dev",
            labels=Labels((Piece("has ten", (Span("bänk.md", 96 + start, 103 + start),)),)),
            citations=(replace(quote, context=EMOJI, context_start=100),),
        ),
        make_result("wrong", question="Who leads Perú?", kind="figure", answer="two", split="test"),
        make_result("refused", answerable=False, answer=None, confidence=0.2, split="dev"),
        make_result("unasked", answer=None, confidence=0.3, reason="nothing bears on it"),
        make_result("drifted", labels=Labels((), (Evidence("a.md", "gone"),))),
        make_result(
            HOSTILE,
            question=HOSTILE,
            kind=HOSTILE,
            answer=HOSTILE,
            note=HOSTILE,
            citations=(Cited(HOSTILE, 0, 9, HOSTILE[:9], "verified", context=HOSTILE),),
            found=Found(1, (1,), (Ranked(HOSTILE, 3, 9, 1.0, relevant=True, text=HOSTILE),)),
        ),
    ]
    return evaluation(scored(results), NAMES, {"cases": {"file": HOSTILE}}, None)


# ---------------------------------------------------------------- as a file


def test_the_same_evaluation_gives_the_same_page(run):
    """Nothing of chance or of the clock is in it."""
    assert page(run) == page(run)


def test_nothing_a_document_says_is_markup(run):
    """Hostile text is in the page as JSON alone: no element comes of it, and it is all there."""
    found = Page(page(run, title=HOSTILE))
    assert [name for name, _ in found.tags if name in {"script", "img"}] == ["script"] * 6
    assert found.inside["title"] == [HOSTILE]
    data = json.loads(found.inside["script"][0])
    hostile = data["cases"][-1]
    assert hostile["question"] == hostile["citations"][0]["context"] == HOSTILE


@pytest.mark.parametrize("text", [HOSTILE, "<!--", "</SCRIPT ", "&amp;", "\u2029", "a{data}b"])
def test_script_data_reads_back(text):
    """JSON for a script element has none of the signs that end it, and means the same."""
    made = as_script_data({"text": text})
    assert not re.search("[<>&\u2028\u2029]", made)
    assert json.loads(made) == {"text": text}


def test_the_policy_names_what_is_in_the_page(run):
    """Every script and the style run by their digest, and nothing may be fetched."""
    found = Page(page(run))
    rules = dict(rule.strip().split(" ", 1) for rule in found.policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [digest(text) for text in found.inside["script"][1:]]
    assert rules["style-src"].split() == [digest(text) for text in found.inside["style"]]
    assert "unsafe" not in found.policy


def test_nothing_is_referred_to(run):
    """The page names no other file or address to load."""
    loading = [
        values[name]
        for tag, values in Page(page(run)).tags
        for name in ("src", "href", "srcset", "data", "poster", "action")
        if name in values
    ]
    assert loading == ["data:,"]


def test_the_libraries_are_those_whose_licences_are_there():
    """The files as released say the version that stands beside their licence."""
    folder = files("qa.evaluation").joinpath("page", "vendor")
    licences = folder.joinpath("LICENSES.txt").read_text("utf-8")
    for name, banner in (("d3.min.js", r"v(7[\d.]+)"), ("plot.min.js", r"plot v([\d.]+)")):
        version = re.search(banner, folder.joinpath(name).read_text("utf-8")[:200])[1]
        assert re.search(rf"^{re.escape(name)}: .*{re.escape(version)} ", licences, re.MULTILINE)


def test_undecodable_text_is_written(run, tmp_path):
    """A lone surrogate of a document does not keep the page from being written."""
    broken = replace(run.results[0], answer="half \udc80 byte")
    path = tmp_path / "new" / "report.html"
    write_report(replace(run, results=(broken,)), path)
    data = json.loads(Page(path.read_bytes().decode()).inside["script"][0])
    assert data["cases"][0]["answer"] == "half \udc80 byte"


def test_a_folder_in_the_way_is_said(run, tmp_path):
    """Where the page can't be written, one line says so."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        write_report(run, tmp_path / "file" / "report.html")


# ---------------------------------------------------------------- in a browser

_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --disable-dev-shm-usage"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Give a headless Chromium with an empty profile."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed (chromium, chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in _FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    started = webdriver.Chrome(options=options, service=service)
    started.implicitly_wait(5)
    yield started
    started.quit()


class Shown:
    """A report in the browser: what a person sees and does."""

    def __init__(self, browser, path):
        self.browser = browser
        self.path = path

    def get(self, hash_=""):
        self.browser.get("about:blank")
        self.browser.get_log("browser")
        self.browser.get_log("performance")
        self.browser.get(self.path.as_uri() + hash_)
        return self

    def open(self, hash_=""):
        self.get(hash_)
        self.one("#made dt")  # what the page writes last: a busy machine may not be there yet
        return self

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def all(self, selector):
        return self.browser.find_elements("css selector", selector)

    def one(self, selector):
        return self.browser.find_element("css selector", selector)

    def listed(self):
        return self.script("return [...document.querySelectorAll('.case')].map(c => c.dataset.id)")

    def choose(self, selector, value):
        code = "const [s, v] = arguments, e = document.querySelector(s); e.value = v;"
        self.script(code + "e.dispatchEvent(new Event('change'))", selector, value)

    def chip(self, tone):
        self.script(f"document.querySelector('#chips [data-tone={tone}]').click()")

    def search(self, text):
        field = self.one("#search")
        field.clear()
        field.send_keys(text)

    def opened(self, name):
        code = "return [...document.querySelectorAll('.case')].find(c => c.dataset.id === arguments"
        card = self.script(code + "[0])", name)
        self.script("arguments[0].open = true", card)
        card.find_element("css selector", ".body")
        return card

    def messages(self):
        return [entry["message"] for entry in self.browser.get_log("browser")]

    def requests(self):
        entries = [json.loads(e["message"])["message"] for e in self.browser.get_log("performance")]
        sent = [e["params"] for e in entries if e["method"] == "Network.requestWillBeSent"]
        urls = {each["request"]["url"] for each in sent}
        return {url for url in urls if not url.startswith(("data:", "chrome:", "about:"))}

    def size(self, width, scheme="light"):
        values = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": values})
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.fixture
def shown(browser, run, tmp_path):
    """Give the report of the run, opened."""
    path = tmp_path / "report.html"
    write_report(run, path, HOSTILE)
    page = Shown(browser, path)
    page.size(1200)
    return page.open()


def test_it_opens_without_a_word_in_the_console(shown):
    """All charts are drawn, nothing is complained of, and nothing but the file is asked for."""
    charts = shown.script("return [...document.querySelectorAll('.chart')].map(c => c.id)")
    assert len(charts) == 5
    for chart in charts:
        assert shown.all(f"#{chart} svg"), chart
    for case in shown.all(".case"):
        shown.script("arguments[0].open = true", case)
    assert shown.messages() == []
    assert shown.requests() == {shown.path.as_uri()}


def test_hostile_text_is_shown_and_does_nothing(shown):
    """What looks like markup is read as letters, in every place where it is shown."""
    card = shown.opened(HOSTILE)
    assert card.find_element("css selector", ".question").text.startswith("</script><script>")
    assert shown.script("return window.hacked") is None
    assert shown.script("return document.querySelectorAll('script, img').length") == 6
    assert shown.one("h1").get_property("textContent") == HOSTILE


def test_markup_that_came_in_would_not_run(browser, run, tmp_path):
    """Should a text be read as markup after all, the policy runs none of it."""
    path = tmp_path / "altered.html"
    path.write_text(page(run).replace("<main", f"{HOSTILE}<main", 1), "utf-8")
    altered = Shown(browser, path).get()
    assert altered.script("return window.hacked") is None
    assert any("Content Security Policy" in message for message in altered.messages())


def test_outcomes_filter(shown):
    """Pressed outcomes show their cases alone, together with those of another; again, all."""
    everything = ["right", "wrong", "refused", "unasked", "drifted", HOSTILE]
    assert sorted(shown.listed()) == sorted(everything)
    shown.chip("drift")
    assert shown.listed() == ["drifted"]
    shown.chip("refused-rightly")
    assert sorted(shown.listed()) == ["drifted", "refused"]
    assert shown.one("#count").text == "2 of 6 questions"
    shown.one("#clear").click()
    assert sorted(shown.listed()) == sorted(everything)


def test_kind_and_split_filter(shown):
    """A kind and a split narrow each other, and the outcomes' counts follow."""
    shown.choose("#kind", "figure")
    assert shown.listed() == ["wrong"]
    assert shown.one("#chips [data-tone=wrong] b").text == "1"
    assert shown.one("#chips [data-tone=right] b").text == "0"
    shown.choose("#split", "dev")
    assert shown.listed() == []
    assert shown.one("#list").text == "No question matches."


def test_search_finds_words_anywhere(shown):
    """All words must occur: in question, answer or passage, whatever case and accents."""
    shown.search("peru LEADS")
    assert shown.listed() == ["wrong"]
    shown.search("zoe women")
    assert shown.listed() == ["right"]
    shown.search("onerror=")
    assert shown.listed() == [HOSTILE]
    shown.search("nowhere at all")
    assert shown.listed() == []


def test_order_follows_the_choice(shown):
    """Cases are listed by confidence where that is chosen."""
    shown.choose("#order", "unsure")
    assert shown.listed()[:2] == ["refused", "unasked"]
    shown.choose("#order", "file")
    assert shown.listed()[:2] == ["right", "wrong"]


def test_a_bar_shows_its_questions(shown):
    """A click on a bar of the chart lists the cases of that kind and outcome."""
    code = """for (const bar of document.querySelectorAll('#chart-outcomes .clickable rect'))
        if (bar.textContent === 'figure: 1 wrong')
            bar.dispatchEvent(new MouseEvent('click', {bubbles: true}))"""
    shown.script(code)
    assert shown.listed() == ["wrong"]


def test_quote_and_label_are_marked_to_the_letter(shown):
    """Marks stand where the offsets say, in code points, also after an emoji."""
    passage = shown.opened("right").find_element("css selector", ".passage")
    marks = shown.script(
        "return [...arguments[0].querySelectorAll('mark')].map(m => [m.className, m.textContent])",
        passage,
    )
    assert marks == [["label", "has "], ["label quote", "ten"], ["quote", " men"]]
    assert passage.get_property("textContent") == EMOJI


def test_an_address_opens_a_case(shown):
    """A case's id behind the page's address opens it."""
    shown.open("#unasked")
    assert "nothing bears on it" in shown.one("[data-id=unasked][open] .body").text


@pytest.mark.parametrize("width", [400, 800, 1600])
def test_it_fits_the_window(shown, width):
    """Neither the page nor a chart is wider than there is room for, with a case opened."""
    shown.size(width)
    shown.open()
    for case in ("right", HOSTILE):
        shown.opened(case)
    assert shown.script("return document.documentElement.scrollWidth") <= width
    for chart in shown.all(".chart svg"):
        assert chart.size["width"] <= width


def test_light_and_dark(shown):
    """The page follows the system, and the switch overrides it."""
    colour = "return getComputedStyle(document.body).backgroundColor"
    light = shown.script(colour)
    shown.size(1200, "dark")
    dark = shown.script(colour)
    assert light != dark
    for _ in range(3):
        shown.one("#theme").click()
        if shown.script("return document.documentElement.dataset.theme") == "light":
            break
    assert shown.script(colour) == light


def test_many_cases_are_listed_a_page_at_a_time(browser, make_result, tmp_path):
    """The first are there at once, the rest when asked for."""
    path = tmp_path / "many.html"
    results = scored([make_result(f"q{i}") for i in range(100)])
    write_report(evaluation(results, ["F1"], {}, None), path)
    many = Shown(browser, path).open("#q90")
    assert len(many.listed()) == 91
    many.open()
    assert len(many.listed()) == 40
    many.one("#more").click()
    assert len(many.listed()) == 80


def test_rankings_alone_are_shown(browser, make_result, tmp_path):
    """Where no answers were asked for, ranks are shown, and nothing of confidence."""
    path = tmp_path / "ranked.html"
    results = scored([replace(make_result(answer=None), reason=None, found=Found(2, (3,)))])
    write_report(evaluation(results, ["nDCG@10", "ECE"], {}, None), path)
    ranked = Shown(browser, path).open()
    assert not ranked.one("#confidence").is_displayed()
    assert ranked.one("#chips [data-tone=lower]").text == "Relevant lower1"
    assert "Undefined on these questions" in ranked.one("[data-measure=ECE]").text
    assert ranked.messages() == []
