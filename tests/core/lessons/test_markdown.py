"""Texts as HTML: terms that open, formulas that browsers draw, and no markup that a text brings along."""

import pytest

from app.core.lessons.markdown import render, render_line, terms_in


def test_a_term_is_a_button_that_opens_it() -> None:
    assert render_line("a [border](glossary:padding) of zeros") == (
        'a <button type="button" class="term" data-term="padding" popovertarget="term-padding">border</button> of zeros'
    )


def test_another_link_stays_one() -> None:
    assert render_line("[a](glossary:b) [c](https://d.org/e)").endswith('</button> <a href="https://d.org/e">c</a>')


def test_the_terms_of_a_text_are_each_named_once() -> None:
    assert terms_in("[a](glossary:one)\n\n- [b](glossary:two)\n- [c](glossary:one) [d](/x)") == ["one", "two"]


def test_a_formula_is_mathml() -> None:
    made = render("```math\n\\frac{n}{s}\n```")

    assert made.startswith('<div class="formula"><math xmlns="http://www.w3.org/1998/Math/MathML" display="block">')
    assert "<mfrac>" in made


@pytest.mark.parametrize("part", ["build", "compile", "fit", "evaluate"])
def test_a_part_of_the_program_is_code_that_a_keyboard_reaches(part: str) -> None:
    assert render(f"```keras\n{part}\n```").startswith('<pre tabindex="0"><code class="language-python">')


def test_markup_is_shown_as_text() -> None:
    assert "<b>" not in render("<b>bold</b> and *so*")
    assert "<em>so</em>" in render("<b>bold</b> and *so*")
