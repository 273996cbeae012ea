-- Who works where today, by the departments' own names: headcount and full-time equivalents.
SELECT u.name AS department, count(*) AS headcount, round(sum(s.contract_hours_x100::numeric / s.norm_hours_x100), 2) AS fte
FROM population_employment e
JOIN LATERAL (
    SELECT * FROM population_employment_segment s
    WHERE s.entity_id = e.entity_id AND s."from" <= current_date ORDER BY s."from" DESC LIMIT 1) s ON true
JOIN population_unit u ON u.employer_id = e.employer_id AND u.unit_code = s.department_code
WHERE e.employer_id = 'noordzee' AND e.start_date <= current_date AND coalesce(e.end_date, current_date) >= current_date
GROUP BY ROLLUP (u.name)
ORDER BY u.name NULLS LAST;
