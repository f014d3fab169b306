"""`chainrule predict` on tables: one command to learn from a file, a second to answer another."""

from pathlib import Path

import pytest

from commands import invoke, output_of, told


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of weight, sex and day, learnt for a moment."""
    folder = tmp_path_factory.mktemp("pets")
    rows = [f"{4 + k % 9 * 2},{'fm'[k % 2]},2024-0{1 + k % 9}-11,{['cat', 'dog'][k % 9 > 3]}" for k in range(36)]
    (folder / "pets.csv").write_text("\n".join(["weight,sex,day,kind", *rows]))
    output_of("train", folder / "pets.csv", "--epochs", "50", "--save", folder / "pets.npz", "--quiet")
    return folder / "pets.npz"


def test_a_raw_table_is_answered_by_names(model: Path, tmp_path: Path):
    (tmp_path / "new.csv").write_text("id,day,weight,sex\n1,2024-02-03,4,f\n2,,20,x\n")
    lines = output_of("predict", model, tmp_path / "new.csv").splitlines()
    assert [line.split("  Probability")[0] for line in lines] == [
        "Sample 0  Predicted: cat",
        "Sample 1  Predicted: dog",
    ]
    header, first, second = output_of("predict", model, tmp_path / "new.csv", "--csv", "-").splitlines()
    assert header == "weight,sex,day,prediction,probability_dog"
    assert first.startswith("4.0,f,2024-02-03,cat,")
    assert second.startswith("20.0,x,,dog,")


def test_a_target_with_gaps_is_answered_and_said(model: Path, tmp_path: Path):
    (tmp_path / "new.csv").write_text("weight,sex,day,kind\n4,f,2024-02-03,cat\n20,m,2024-02-03,?\n")
    result = invoke("predict", model, tmp_path / "new.csv")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert "kind is missing in 1 of 2 rows, so that the answers aren't judged" in " ".join(told(result).split())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weight,sex\n4,f\n", "expected a column named day, got"),
        (
            "weight,sex,day\n4,f,2024-02-03\n7,f,2024-02-03\nheavy,f,2024-02-03\n5,m,2024-02-03\n",
            "column weight should hold numbers, got 'heavy' in line 4 of",
        ),
        ("weight,sex,day\nheavy,f,2024-02-03\n", "column weight should hold numbers, got 'heavy' in line 2 of"),
        ("weight,sex,day,kind\n4,f,2024-02-03,cow\n", "the model knows (cat, dog), got 'cow' in line 2 of"),
    ],
)
def test_what_does_not_fit_is_one_sentence(model: Path, tmp_path: Path, text: str, sentence: str):
    (tmp_path / "new.csv").write_text(text)
    result = invoke("predict", model, tmp_path / "new.csv")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert result.stdout == ""
