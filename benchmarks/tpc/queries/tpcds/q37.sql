-- SQLBench-DS query 37 derived from TPC-DS query 37 under the terms of the TPC Fair Use Policy.
-- TPC-DS queries are Copyright 2021 Transaction Processing Performance Council.
-- This query was generated at scale factor 1.
select
  i_item_id,
  i_item_desc,
  i_current_price
from
  item,
  inventory,
  date_dim,
  catalog_sales
where
  i_current_price between 26 and 26  + 30
  and inv_item_sk = i_item_sk
  and d_date_sk = inv_date_sk
  and d_date between cast('2001-06-09' as date) and (cast('2001-06-09' as date) + INTERVAL '60 DAYS')
  and i_manufact_id in (744, 884, 722, 693)
  and inv_quantity_on_hand between 100 and 500
  and cs_item_sk = i_item_sk
group by
  i_item_id,
  i_item_desc,
  i_current_price
order by
  i_item_id
LIMIT
  100;
