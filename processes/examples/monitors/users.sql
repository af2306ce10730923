-- "user" alone is a word of SQL: in PostgreSQL it means who is logged in.
create table users (id integer primary key, name varchar(100) not null, email varchar(100));
insert into users (id, name, email) values (1, 'Ada', 'ada@example.org');
