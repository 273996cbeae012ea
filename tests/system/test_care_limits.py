"""The limits of care look-ups: whoever tries its way through birth dates is stopped."""

import people
from care import PLAIN, SILENT, Site


def test_probing_is_stopped_within_the_limits_and_told_to_the_operator(deploy):
    site = Site(deploy(providers=("P1",), partitions=4))
    told = site.told(f"{PLAIN}-1")
    first = people.days(1945)
    ids = [site.request({**told, "birth_date": (people.EPOCH + people.timedelta(days=first + n)).strftime("%Y%m%d")}, PLAIN, confirm_share=True)
           for n in range(10000)]
    site.answer(ids[-1])
    answers = {r.key.decode(): r.decoded()[1]["outcome"] for r in site.deployment.tail.records if r.topic == "care.results.P1"}
    outcomes = [answers[i] for i in ids]
    assert outcomes.count("NO_MATCH") <= 20 and outcomes.count("MATCHED") <= 1
    assert outcomes.count("RATE_LIMITED") == len(ids) - outcomes.count("NO_MATCH") - outcomes.count("MATCHED")
    log = (site.deployment.folder / "vault.0.log").read_text()
    assert 1 <= log.count("care_limit_reached") <= 4 and f"provider=P1" in log
    assert site.outcome(site.told(f"{SILENT}-1")) == "MATCHED", "the limits are each employer's own"
