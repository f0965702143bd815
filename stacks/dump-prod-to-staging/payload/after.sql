-- Run on the new database before it becomes staging: nobody meets a staging that still points to production.
UPDATE settings SET value = 'https://staging.example.org/' WHERE name = 'base_url';
UPDATE settings SET value = 'staging@example.org' WHERE name = 'mail_from';
UPDATE settings SET value = 'off' WHERE name = 'send_mail';
-- Everybody logs in to staging with the same password, "staging".
UPDATE customers SET password_hash = 'plain:staging';
-- PostgreSQL: rights are not copied. What staging's own application needs is granted here:
-- GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO staging_app;
-- GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO staging_app;
