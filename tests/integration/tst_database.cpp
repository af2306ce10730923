// SPDX-License-Identifier: GPL-3.0-or-later
#include "databases.h"
#include "process/utc.h"

#include <semper/stopped.h>

#include <QElapsedTimer>
#include <QTest>

#include <set>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using semper::test::awaited;

namespace {

using Driver = DatabaseOptions::Driver;

struct User
{
    qint64 id = 0;
    QString name;
    std::optional<QDateTime> lastSeen;
};
SEMPER_ROW(User, id, name, lastSeen)

/// A query of one row, of about \a seconds; one for ever with SQLite.
[[nodiscard]] QString sleepText(Driver driver, int seconds)
{
    switch (driver) {
    case Driver::Sqlite:
        return u"with recursive n(i) as (select 1 union all select i + 1 from n)"
               " select count(*) from n"_s;
    case Driver::PostgreSql:
        return u"select pg_sleep(%1)"_s.arg(seconds);
    case Driver::MariaDb:
        return u"select sleep(%1)"_s.arg(seconds);
    }
    Q_UNREACHABLE();
}

} // namespace

/// What holds for all three databases.
class TestDatabase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();
    void rowsComeAsARangeAndAsStructs();
    void valuesComeBackAsTheyWent();
    void numbersKeepTheirPrecision();
    void anExecuteTellsWhatItDid();
    void aViolatedConstraintIsAnErrorOfItsOwn();
    void whatMakesNoSenseIsAStatementError();
    void argumentsThatAreMissingAreToldAndNothingBreaks();
    void aTransactionHappensWholly();
    void aTransactionThatThrowsNeverHappened();
    void aTransactionThatIsDroppedNeverHappened();
    void aTransactionIsOverAfterItsEnd();
    void aCommitThatFailsLeavesTheNextTransactionWhole();
    void anEmptyTextInAListIsAText();
    void afterAnErrorPostgreSqlCommitsNothing();
    void aPreparedStatementOutlivesAChangeOfItsTable();
    void severalStatementsRunAtOnce();
    void aStatementThatTakesTooLongIsCancelledAndTheLoopTurns();
    void aTimeoutTakesATransactionWithIt();
    void aResultThatIsTooLargeIsRefused();
    void moreStatementsThanMayWaitAreRefused();
    void aStopCutsAnAwaitShort();
    void whatIsDroppedInTheMiddleEndsByItself();
    void awaitsStandInACoroutineAsAnAuthorWritesThem();

private:
    [[nodiscard]] qint64 count()
    {
        return *awaited(m_db->first<qint64>(u"select count(*) from users"));
    }
    void insert(qint64 id, const QString &name)
    {
        awaited(m_db->execute(u"insert into users (id, name) values (?, ?)", id, name));
    }

    Databases m_databases;
    Driver m_driver = Driver::Sqlite;
    std::unique_ptr<TestProcess> m_process;
    DatabaseOptions m_options;
    std::unique_ptr<Database> m_db;
};

void TestDatabase::initTestCase_data()
{
    QTest::addColumn<int>("driver");
    QTest::newRow("SQLite") << int(Driver::Sqlite);
    QTest::newRow("PostgreSQL") << int(Driver::PostgreSql);
    QTest::newRow("MariaDB") << int(Driver::MariaDb);
}

void TestDatabase::init()
{
    QFETCH_GLOBAL(const int, driver);
    m_driver = Driver(driver);
    if (const QString missing = m_databases.missing(m_driver); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    m_process = std::make_unique<TestProcess>();
    m_options = m_databases.options(m_driver);
    m_db = std::make_unique<Database>(m_process->process, m_options);
    const QString moment = m_driver == Driver::PostgreSql ? u"timestamptz"_s : u"datetime(3)"_s;
    awaited(m_db->execute(u"create table users (id bigint primary key, name varchar(50) not null,"
                          " last_seen %1 null)"_s.arg(moment)));
}

void TestDatabase::cleanup()
{
    if (!m_db)
        return;
    if (m_process->process.stopRequested()) {
        m_db.reset();
        m_process = std::make_unique<TestProcess>();
        m_db = std::make_unique<Database>(m_process->process, m_options);
    }
    awaited(m_db->execute(u"drop table users"));
    m_db.reset();
    m_process.reset();
}

void TestDatabase::rowsComeAsARangeAndAsStructs()
{
    const QDateTime moment(QDate(2026, 3, 29), QTime(2, 30, 1, 250), utcZone);
    awaited(m_db->execute(u"insert into users values (?, ?, ?)", 1, "eve", moment));
    awaited(m_db->execute(u"insert into users values (?, ?, ?)", 2, u"böb", nullptr));

    const auto rows = awaited(m_db->query(u"select id, name from users where id > ?", 0));
    QStringList names;
    for (const auto &row : rows)
        names.append(row.value<QString>(u"name"));
    names.sort();
    QCOMPARE(names, (QStringList{u"böb"_s, u"eve"_s}));

    const auto users = awaited(m_db->query<User>(u"select * from users order by id"));
    QCOMPARE(users.size(), 2);
    QCOMPARE(users[0].name, u"eve"_s);
    QCOMPARE(users[0].lastSeen, std::optional(moment));
    QVERIFY(!users[1].lastSeen);

    const auto one = awaited(m_db->first<User>(u"select * from users where id = ?", 2));
    QVERIFY(one);
    QCOMPARE(one->name, u"böb"_s);
    QVERIFY(!awaited(m_db->first<User>(u"select * from users where id = ?", 3)));
    QCOMPARE(
        awaited(m_db->query<qint64>(u"select id from users order by id")), (QList<qint64>{1, 2}));
}

void TestDatabase::valuesComeBackAsTheyWent()
{
    const bool isPostgreSql = m_driver == Driver::PostgreSql;
    awaited(m_db->execute(
        u"create temporary table v (i bigint, d double precision, b boolean, t text, x %1,"
        " m %2, day date, u %3, j %4)"_s.arg(isPostgreSql ? u"bytea"_s : u"blob"_s,
            isPostgreSql ? u"timestamp(3)"_s : u"datetime(3)"_s,
            isPostgreSql ? u"uuid"_s : u"char(36)"_s, isPostgreSql ? u"jsonb"_s : u"text"_s)));
    // In the hour that Central European Time leaves out.
    const QDateTime moment(QDate(2026, 3, 29), QTime(2, 30, 0, 7), utcZone);
    const QDate day(2026, 2, 28);
    const QUuid uuid = QUuid::createUuid();
    const QString text = u"it's \\ \"böse\" ? :a €😀\n"_s;
    const QByteArray blob("\0\1\xff'\\", 5);
    const QJsonObject json{{u"a"_s, QJsonArray{1, u"ß"_s}}};
    const qint64 integer = std::numeric_limits<qint64>::min() + 1;
    awaited(m_db->execute(u"insert into v values (?, ?, ?, ?, ?, ?, ?, ?, ?)", integer, 0.1, true,
        text, blob, moment, day, uuid, json));
    const auto row = *awaited(m_db->first(u"select * from v"));
    QCOMPARE(row.value<qint64>(u"i"), integer);
    QCOMPARE(row.value<double>(u"d"), 0.1);
    QCOMPARE(row.value<bool>(u"b"), true);
    QCOMPARE(row.value<QString>(u"t"), text);
    QCOMPARE(row.value<QByteArray>(u"x"), blob);
    QCOMPARE(row.value<QDateTime>(u"m"), moment);
    QCOMPARE(row.value<QDate>(u"day"), day);
    QCOMPARE(row.value<QUuid>(u"u"), uuid);
    QCOMPARE(row.value<QJsonObject>(u"j"), json);

    // Prepared, results come in another form.
    const auto again = *awaited(m_db->first(u"select * from v where b = ?", true));
    QCOMPARE(again.value<qint64>(u"i"), integer);
    QCOMPARE(again.value<double>(u"d"), 0.1);
    QCOMPARE(again.value<QString>(u"t"), text);
    QCOMPARE(again.value<QByteArray>(u"x"), blob);
    QCOMPARE(again.value<QDateTime>(u"m"), moment);
    QCOMPARE(again.value<QJsonObject>(u"j"), json);
}

void TestDatabase::numbersKeepTheirPrecision()
{
    if (m_driver == Driver::Sqlite)
        QSKIP("SQLite has no exact numbers with a point");
    const QString real = m_driver == Driver::MariaDb ? u"double"_s : u"double precision"_s;
    const auto row = *awaited(m_db->first(
        u"select cast(12345678901234567.89 as decimal(20, 2)) as n, cast(0.25 as %1) as d"_s.arg(
            real)));
    QCOMPARE(row.value<QString>(u"n"), u"12345678901234567.89"_s);
    QCOMPARE(row.value<double>(u"d"), 0.25);
    QCOMPARE(row[u"d"].typeId(), int(QMetaType::Double));

    // A real with a fixed number of digits is announced much as a decimal is.
    const bool isMariaDb = m_driver == Driver::MariaDb;
    awaited(m_db->execute(u"create temporary table f (f %1, d %2, n decimal(12, 2))"_s.arg(
        isMariaDb ? u"float"_s : u"real"_s, isMariaDb ? u"double(12, 2)"_s : real)));
    awaited(m_db->execute(u"insert into f values (0.5, 2.25, 2.25)"));
    const QString all = u"select f, d, n, sqrt(d) as r, round(d) as w from f"_s;
    for (const auto &found : {*awaited(m_db->first(all)), // prepared, they come in another form
             *awaited(m_db->first(QString(all + u" where f < ?"_s), 1))}) {
        for (const QString &name : {u"f"_s, u"d"_s, u"r"_s, u"w"_s})
            QVERIFY2(found[name].typeId() == QMetaType::Double, qPrintable(name));
        QCOMPARE(found[u"f"].toDouble(), 0.5);
        QCOMPARE(found[u"d"].toDouble(), 2.25);
        QCOMPARE(found[u"r"].toDouble(), 1.5);
        QCOMPARE(found[u"w"].toDouble(), 2.0);
        QCOMPARE(found[u"n"].typeId(), int(QMetaType::QString));
        QCOMPARE(found.value<QString>(u"n"), u"2.25"_s);
    }
}

void TestDatabase::anExecuteTellsWhatItDid()
{
    insert(1, u"a"_s);
    insert(2, u"b"_s);
    const Executed changed = awaited(m_db->execute(u"update users set name = ?", u"c"));
    QCOMPARE(changed.rows, 2);
    const Executed none = awaited(m_db->execute(u"delete from users where id = ?", 7));
    QCOMPARE(none.rows, 0);
    if (m_driver == Driver::Sqlite) {
        const Executed added = awaited(m_db->execute(u"insert into users values (9, 'x', null)"));
        QCOMPARE(added.lastInsertId.toLongLong(),
            awaited(m_db->first<qint64>(u"select max(rowid) from users")));
    } else if (m_driver == Driver::MariaDb) {
        // The same connection, which temporary tables need: nothing else runs.
        awaited(m_db->execute(u"create temporary table a (id int auto_increment primary key)"));
        QCOMPARE(awaited(m_db->execute(u"insert into a values ()")).lastInsertId.toInt(), 1);
    } else {
        const auto id = awaited(
            m_db->first<qint64>(u"insert into users values (?, ?, null) returning id", 9, u"x"));
        QCOMPARE(id, std::optional<qint64>(9));
    }
}

void TestDatabase::aViolatedConstraintIsAnErrorOfItsOwn()
{
    insert(1, u"a"_s);
    try {
        insert(1, u"b"_s);
        QFAIL("nothing was thrown");
    } catch (const DatabaseError::Constraint &error) {
        QVERIFY(!error.nativeCode().isEmpty());
        const QString expected = m_driver == Driver::Sqlite ? QString()
            : m_driver == Driver::MariaDb                   ? u"23000"_s
                                                            : u"23505"_s;
        QCOMPARE(error.sqlState(), expected);
    }
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Constraint,
        awaited(m_db->execute(u"insert into users (id, name) values (?, ?)", 2, nullptr)));
    QCOMPARE(count(), 1);
}

void TestDatabase::whatMakesNoSenseIsAStatementError()
{
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::Statement, awaited(m_db->query(u"selekt id from users")));
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::Statement, awaited(m_db->query(u"selekt id from users where id = ?", 1)));
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::Statement, awaited(m_db->query(u"select * from nowhere")));
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::Conversion, awaited(m_db->query<User>(u"select 1 as id")));
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::Conversion, awaited(m_db->first<User>(u"select 1 as id")));
    QCOMPARE(count(), 0);
}

void TestDatabase::argumentsThatAreMissingAreToldAndNothingBreaks()
{
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement,
        awaited(m_db->execute(u"insert into users (id, name) values (?, ?)", 1)));
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement,
        awaited(m_db->execute(u"insert into users (id, name) values (?, ?)", 1, u"a", 3)));
    insert(1, u"a"_s);
    QCOMPARE(count(), 1);
}

void TestDatabase::aTransactionHappensWholly()
{
    const qint64 inside = awaited(m_db->transaction([](Transaction &t) -> QCoro::Task<qint64> {
        co_await t.execute(u"insert into users (id, name) values (?, ?)", 1, u"a");
        co_await t.execute(u"insert into users (id, name) values (?, ?)", 2, u"b");
        const auto rows = co_await t.first<qint64>(u"select count(*) from users");
        co_return *rows;
    }));
    QCOMPARE(inside, 2);
    QCOMPARE(count(), 2);
}

void TestDatabase::aTransactionThatThrowsNeverHappened()
{
    QVERIFY_THROWS_EXCEPTION(
        std::out_of_range, awaited(m_db->transaction([](Transaction &t) -> QCoro::Task<> {
            co_await t.execute(u"insert into users (id, name) values (?, ?)", 1, u"a");
            throw std::out_of_range("no more");
        })));
    QCOMPARE(count(), 0);
}

void TestDatabase::aTransactionThatIsDroppedNeverHappened()
{
    {
        Transaction transaction = awaited(m_db->begin());
        awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 1, u"a"));
        // Not awaited: it ends first, then all is rolled back.
        auto second = transaction.execute(u"insert into users (id, name) values (?, ?)", 2, u"b");
        Q_UNUSED(second)
    }
    // Connections that were in the middle of a transaction serve others again.
    for (int i = 0; i < 10; ++i)
        QCOMPARE(count(), 0);
    Transaction transaction = awaited(m_db->begin());
    awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 3, u"c"));
    awaited(transaction.rollback());
    QCOMPARE(count(), 0);
}

void TestDatabase::aTransactionIsOverAfterItsEnd()
{
    Transaction transaction = awaited(m_db->begin());
    awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 1, u"a"));
    awaited(transaction.commit());
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement,
        awaited(transaction.execute(u"delete from users where id = ?", 1)));
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement, awaited(transaction.commit()));
    QCOMPARE(count(), 1);
}

void TestDatabase::aCommitThatFailsLeavesTheNextTransactionWhole()
{
    if (m_driver == Driver::MariaDb)
        QSKIP("MariaDB checks no constraint as late as that");
    m_options.connections = 1;
    const Database db(m_process->process, m_options);
    awaited(db.execute(u"create table parts (id bigint primary key, user_id bigint"
                       " references users (id) deferrable initially deferred)"));
    Transaction first = awaited(db.begin());
    awaited(first.execute(u"insert into parts values (?, ?)", 1, 99));
    auto waiting = db.begin();
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Constraint, awaited(first.commit()));
    {
        Transaction second = awaited(std::move(waiting));
        awaited(second.execute(u"insert into users (id, name) values (?, ?)", 1, u"a"));
        awaited(second.rollback());
    }
    QCOMPARE(count(), 0);
    awaited(db.execute(u"drop table parts"));
}

void TestDatabase::anEmptyTextInAListIsAText()
{
    const QVariantList values{1, QString()};
    awaited(m_db->execute(u"insert into users (id, name) values (?, ?)", values));
    const auto name = awaited(m_db->first<std::optional<QString>>(u"select name from users"));
    QVERIFY(name && *name);
    QCOMPARE(**name, QString());
}

void TestDatabase::afterAnErrorPostgreSqlCommitsNothing()
{
    Transaction transaction = awaited(m_db->begin());
    awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 1, u"a"));
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Constraint,
        awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 1, u"b")));
    if (m_driver != Driver::PostgreSql) {
        awaited(transaction.commit()); // the others take back that one statement alone
        QCOMPARE(count(), 1);
        return;
    }
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement,
        awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 2, u"b")));
    // Where PostgreSQL itself would say ROLLBACK, and nothing more.
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Statement, awaited(transaction.commit()));
    QCOMPARE(count(), 0);
}

void TestDatabase::aPreparedStatementOutlivesAChangeOfItsTable()
{
    insert(1, u"a"_s);
    const QString text = u"select * from users where id = ?"_s;
    QCOMPARE(awaited(m_db->query(text, 1)).columns().size(), 3);
    awaited(m_db->execute(u"alter table users add column age int"));
    const auto rows = awaited(m_db->query(text, 1));
    QCOMPARE(rows.size(), 1);
    QCOMPARE(rows.columns().size(), 4);
    QCOMPARE(rows[0].value<QString>(u"name"), u"a"_s);
}

void TestDatabase::severalStatementsRunAtOnce()
{
    if (m_driver == Driver::Sqlite)
        QSKIP("its connections have no numbers");
    const QString text = m_driver == Driver::PostgreSql
        ? u"select pg_backend_pid() from pg_sleep(0.3)"_s
        : u"select connection_id() from (select sleep(0.3)) s"_s;
    std::vector<QCoro::Task<std::optional<qint64>>> tasks;
    for (int i = 0; i < 6; ++i)
        tasks.push_back(m_db->first<qint64>(text));
    std::set<qint64> connections;
    for (auto &task : tasks)
        connections.insert(*awaited(std::move(task)));
    QCOMPARE(int(connections.size()), m_options.connections);
}

void TestDatabase::aStatementThatTakesTooLongIsCancelledAndTheLoopTurns()
{
    insert(1, u"a"_s);
    const LoopTurns turns;
    QElapsedTimer timer;
    timer.start();
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::TimedOut, awaited(m_db->within(600ms).query(sleepText(m_driver, 30))));
    QVERIFY(timer.elapsed() < 25'000); // it was cancelled; it would have taken 30 s or for ever
    QVERIFY2(turns.count() >= 10, qPrintable(QString::number(turns.count())));
    QCOMPARE(count(), 1);
}

void TestDatabase::aTimeoutTakesATransactionWithIt()
{
    const Database db = m_db->within(3s);
    Transaction transaction = awaited(db.begin());
    awaited(transaction.execute(u"insert into users (id, name) values (?, ?)", 1, u"a"));
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::TimedOut, awaited(transaction.query(sleepText(m_driver, 30))));
    if (m_driver == Driver::MariaDb) {
        awaited(transaction.rollback()); // there it takes the statement alone
    } else {
        QVERIFY_THROWS_EXCEPTION(DatabaseError, awaited(transaction.commit()));
    }
    QCOMPARE(count(), 0);
}

void TestDatabase::aResultThatIsTooLargeIsRefused()
{
    for (int i = 0; i < 11; ++i)
        insert(i, QString(50, u'x'));
    DatabaseOptions options = m_options;
    options.maximumRows = 10;
    const Database few(m_process->process, options);
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::TooLarge, awaited(few.query(u"select * from users where id >= ?", 0)));
    QCOMPARE(awaited(few.query(u"select * from users where id < ?", 10)).size(), 10);
    options.maximumRows = 1000;
    options.maximumBytes = 500;
    const Database small(m_process->process, options);
    QVERIFY_THROWS_EXCEPTION(DatabaseError::TooLarge, awaited(small.query(u"select * from users")));
    QCOMPARE(awaited(small.query(u"select * from users where id = 1")).size(), 1);
}

void TestDatabase::moreStatementsThanMayWaitAreRefused()
{
    DatabaseOptions options = m_options;
    options.connections = 1;
    options.queue = 2;
    const Database db(m_process->process, options);
    // With SQLite it never ends by itself.
    const bool isSqlite = m_driver == Driver::Sqlite;
    auto running = db.within(isSqlite ? 500ms : 20s).query(sleepText(m_driver, 1));
    auto first = db.query(u"select 1");
    auto second = db.query(u"select 2");
    QVERIFY_THROWS_EXCEPTION(DatabaseError::QueueFull, awaited(db.query(u"select 3")));
    if (isSqlite)
        QVERIFY_THROWS_EXCEPTION(DatabaseError::TimedOut, awaited(std::move(running)));
    else
        awaited(std::move(running));
    QCOMPARE(awaited(std::move(first)).size(), 1);
    QCOMPARE(awaited(std::move(second)).size(), 1);
}

void TestDatabase::aStopCutsAnAwaitShort()
{
    DatabaseOptions options = m_options;
    options.connections = 1;
    const Database db(m_process->process, options);
    auto running = db.query(sleepText(m_driver, 30));
    auto waiting = db.begin(); // for the connection
    QTimer::singleShot(50ms, &m_process->process, &Process::requestStop);
    QVERIFY_THROWS_EXCEPTION(Stopped, awaited(std::move(running)));
    QVERIFY_THROWS_EXCEPTION(Stopped, awaited(std::move(waiting)));
    QVERIFY_THROWS_EXCEPTION(Stopped, awaited(db.query(u"select 1")));
}

void TestDatabase::whatIsDroppedInTheMiddleEndsByItself()
{
    {
        const Database db(m_process->process, m_options);
        auto task = db.execute(u"insert into users (id, name) values (?, ?)", 1, u"a");
        Q_UNUSED(task)
    }
    QTRY_COMPARE(count(), 1);
}

namespace {

/// Narrow and wide literals, numbers, texts that are gone behind the line, lambdas by reference.
QCoro::Task<QString> authorsCode(Process &process, DatabaseOptions options)
{
    Database db(process, options);
    co_await db.execute(u"insert into users (id, name) values (?, ?)", 1, "eve");
    co_await db.execute(
        u"insert into users (id, name) values (%1, ?)"_s.arg(2), u"bob"_s + QString::number(2));
    const qint64 id = 3;
    co_await db.transaction([&](Transaction &transaction) -> QCoro::Task<> {
        co_await transaction.execute(u"insert into users (id, name) values (?, ?)", id, u"al");
        for (int i = 10; i < 13; ++i)
            co_await transaction.execute(u"insert into users (id, name) values (?, ?)", i, u"x");
    });
    QString names;
    for (const auto &user : co_await db.query<User>(u"select * from users where id < ?", 10))
        names += user.name + u' ';
    const auto count = co_await db.first<int>(u"select count(*) from users");
    bool isRefused = false;
    try {
        co_await db.within(5s).execute(u"insert into users (id, name) values (?, ?)", 1, nullptr);
    } catch (const DatabaseError::Constraint &) {
        isRefused = true;
    }
    co_return names + QString::number(*count) + (isRefused ? u" refused"_s : QString());
}

} // namespace

void TestDatabase::awaitsStandInACoroutineAsAnAuthorWritesThem()
{
    QCOMPARE(awaited(authorsCode(m_process->process, m_options)), u"eve bob2 al 6 refused"_s);
}

QTEST_GUILESS_MAIN(TestDatabase)
#include "tst_database.moc"
