"""Behaviour features by loops over all earlier rows."""

import math


def features(log, row, entity, time, value, category, levels, smoothing):
    """Return the features of one row, a dict, from the rows of a log, dicts too."""
    past = [each for each in log if each[time] < row[time]]
    mine = [each for each in past if each[entity] == row[entity]]
    known = [each[value] for each in past if each[value] is not None]
    average = sum(known) / len(known) if known else 0.0
    rated = [each[value] for each in mine if each[value] is not None]
    began = min(each[time] for each in log)
    since = max((each[time] for each in mine), default=began)
    weight = len(rated) + smoothing
    shares = [
        sum(level in each[category] for each in mine) / len(mine) if mine else 0.0
        for level in levels
    ]
    return [
        math.log(1 + len(mine)),
        max(row[time] - since, 0.0),
        sum(v - average for v in rated) / weight if weight else 0.0,
        *shares,
    ]
