{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by=['name']) }}
select id, amount, name from {{ ref('orders') }}
