-- Spells of absence, and the percentage absent from each day on.
SELECT left(encode(a.pseudonym, 'hex'), 12) AS pseudonym, a.first_day, a.recovered_on,
       string_agg(format('%s: %s%%', s."from", s.absence_pct_x100 / 100), ', ' ORDER BY s."from") AS absent
FROM population_absence a JOIN population_absence_segment s USING (entity_id)
WHERE a.employer_id = 'noordzee'
GROUP BY a.pseudonym, a.entity_id, a.first_day, a.recovered_on
ORDER BY a.first_day;
