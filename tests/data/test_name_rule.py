"""What names of whole numbers say, over names as real tables have them."""

import pytest

from minixai.data.name_rule import name_words, names_amount, names_codes

CODES = """
sex gender Region Browser OperatingSystems operating_system TrafficType visitorType job zone
country country_code CountryCode state home_state State class Class subclass MSSubClass
vehicle_class category product_category blood_type soil_type type payment_type os DeviceOS
marital_status occupation race ethnicity department browser_code HTTPStatus response_code
rate_code size_class
price_category age_group sales_region time_zone type_of_business class_of_worker country_of_birth
region2 cover_type species Channel previous_job language label cluster
"""
NUMBERS = """
n_types nTypes num_classes TypeCount type_count number_of_types NumberOfJobs state_tax class_size
code_length systolic statewide years_in_job YearsAtJob job_satisfaction JobLevel region_population
country_rank total_state max_class n_type num_region jobs states types classes zone_minutes
time_in_zone distance_to_state unemployment_rate_by_state code_lines OSVersion browser_version
age year rating food_rating amount income duration tenure children ca cp thal slope restecg
typewriters sextant oscillation zones
"""


@pytest.mark.parametrize("name", CODES.split())
def test_nouns_of_classes(name):
    assert names_codes(name)
    assert not names_amount(name)


@pytest.mark.parametrize("name", [*NUMBERS.split(), "", "?", "2", "number of types", "42 of 43"])
def test_counts_measures_and_names_that_say_nothing(name):
    assert not names_codes(name)


@pytest.mark.parametrize("name", ["n_children", "TypeCount", "class_size", "rating", "bad_rate"])
def test_amounts(name):
    assert names_amount(name)


@pytest.mark.parametrize("name", ["SeniorCitizen", "exang", "fbs", "is_new", "flag", "", "Weekend"])
def test_names_that_are_no_amounts(name):
    assert not names_amount(name)


def test_words_of_a_name():
    assert name_words("OperatingSystems") == ["operating", "systems"]
    assert name_words("HTTPCode n_types2") == ["http", "code", "n", "types", "2"]
