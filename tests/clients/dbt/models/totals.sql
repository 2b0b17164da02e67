{{ config(materialized='table') }}
select name, sum(amount) as total, count(*) as n, row_number() over (order by sum(amount) desc) as place
from {{ ref('orders') }} group by name
