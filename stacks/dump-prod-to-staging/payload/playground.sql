-- The playground's production: a small shop with made-up people.
CREATE TABLE customers (
  id integer PRIMARY KEY AUTOINCREMENT,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  phone text,
  street text,
  iban text,
  born_on date,
  password_hash text NOT NULL,
  notes text
);
CREATE TABLE products (id integer PRIMARY KEY, title text NOT NULL, price numeric NOT NULL);
CREATE TABLE orders (
  id integer PRIMARY KEY AUTOINCREMENT,
  customer_id integer NOT NULL REFERENCES customers (id),
  placed_on date NOT NULL
);
CREATE TABLE items (
  order_id integer NOT NULL REFERENCES orders (id),
  product_id integer NOT NULL REFERENCES products (id),
  quantity integer NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
CREATE TABLE visits (ip text NOT NULL, path text NOT NULL, seen_at text NOT NULL);
CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL);
CREATE INDEX orders_customer ON orders (customer_id);

INSERT INTO settings VALUES
  ('base_url', 'https://www.example.org/'), ('mail_from', 'shop@example.org'), ('send_mail', 'on');
INSERT INTO products VALUES
  (1, 'Teapot', 24.5), (2, 'Cup', 7), (3, 'Green tea', 5.9), (4, 'Black tea', 4.9), (5, 'Strainer', 3.5);

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000),
  people AS (
    SELECT i,
      json_extract('["Ada","Grace","Alan","Edsger","Barbara","Donald","Frances","John","Radia","Ken"]', '$[' || (i % 10) || ']') AS first,
      json_extract('["Lovelace","Hopper","Turing","Dijkstra","Liskov","Knuth","Allen"]', '$[' || (i % 7) || ']') AS last
    FROM n
  )
INSERT INTO customers (name, email, phone, street, iban, born_on, password_hash, notes)
SELECT first || ' ' || last, lower(first) || '.' || lower(last) || i || '@example.org', printf('+49 30 5550%04d', i),
  'Main Street ' || (i % 90 + 1), printf('DE00500105170%09d', i), date('1950-01-01', (i * 11) || ' days'),
  printf('scrypt:%016x', i * 7919), CASE WHEN i % 4 = 0 THEN 'Call ' || first || ' in the evening' END
FROM people;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
INSERT INTO orders (customer_id, placed_on) SELECT i % 2000 + 1, date('2025-01-01', (i % 700) || ' days') FROM n;
INSERT INTO items SELECT id, id % 5 + 1, id % 3 + 1 FROM orders;
INSERT INTO items SELECT id, (id + 1) % 5 + 1, 1 FROM orders WHERE id % 2 = 0;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO visits SELECT '198.51.100.' || (i % 250), '/product/' || (i % 5 + 1), datetime('2026-01-01', i || ' minutes') FROM n;
