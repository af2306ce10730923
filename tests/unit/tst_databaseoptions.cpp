// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/databaseoptions.h>

#include <QJsonObject>
#include <QTest>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using semper::DatabaseOptions;

namespace {

using Driver = DatabaseOptions::Driver;

/// What reading \a settings threw; empty if it did not.
[[nodiscard]] QString errorOf(const QJsonValue &settings)
{
    try {
        static_cast<void>(DatabaseOptions::fromSettings(settings));
    } catch (const std::invalid_argument &error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace

class TestDatabaseOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aUrlNamesTheDatabase_data();
    void aUrlNamesTheDatabase();
    void whatIsInQueryGoesToTheDriver();
    void settingsSayTheRest();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
    void noPasswordIsTold();
};

void TestDatabaseOptions::aUrlNamesTheDatabase_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<DatabaseOptions>("expected");
    QTest::newRow("file") << u"sqlite:data/shop.sqlite"_s
                          << DatabaseOptions{.name = u"data/shop.sqlite"_s};
    QTest::newRow("absolute") << u"sqlite:/var/lib/shop.sqlite"_s
                              << DatabaseOptions{.name = u"/var/lib/shop.sqlite"_s};
    QTest::newRow("with slashes") << u"sqlite:///var/lib/shop.sqlite"_s
                                  << DatabaseOptions{.name = u"/var/lib/shop.sqlite"_s};
    QTest::newRow("memory") << u"sqlite::memory:"_s << DatabaseOptions{.name = u":memory:"_s};
    DatabaseOptions server{.driver = Driver::PostgreSql,
        .name = u"shop"_s,
        .host = u"db.example.org"_s,
        .port = 5433,
        .user = u"me@home"_s};
    QTest::newRow("PostgreSQL") << u"postgresql://me%40home@db.example.org:5433/shop"_s << server;
    server.driver = Driver::MariaDb;
    server.port = -1;
    QTest::newRow("MariaDB") << u"mariadb://me%40home@db.example.org/shop"_s << server;
    QTest::newRow("IPv6") << u"postgres://[::1]/shop"_s
                          << DatabaseOptions{
                                 .driver = Driver::PostgreSql, .name = u"shop"_s, .host = u"::1"_s};
    QTest::newRow("PostgreSQL's socket")
        << u"postgresql:///shop?host=/run/postgresql"_s
        << DatabaseOptions{
               .driver = Driver::PostgreSql, .name = u"shop"_s, .host = u"/run/postgresql"_s};
    QTest::newRow("MariaDB's socket") << u"mariadb://me@/shop?socket=/run/mysqld/mysqld.sock"_s
                                      << DatabaseOptions{.driver = Driver::MariaDb,
                                             .name = u"shop"_s,
                                             .socket = u"/run/mysqld/mysqld.sock"_s,
                                             .user = u"me"_s};
}

void TestDatabaseOptions::aUrlNamesTheDatabase()
{
    QFETCH(const QString, url);
    QFETCH(const DatabaseOptions, expected);
    const DatabaseOptions options = DatabaseOptions::fromUrl(url);
    QCOMPARE(options.describe(), expected.describe());
    QVERIFY(options == expected);
}

void TestDatabaseOptions::whatIsInQueryGoesToTheDriver()
{
    const auto options
        = DatabaseOptions::fromUrl(u"postgresql://h/n?sslmode=verify-full&sslrootcert=/etc/ca.pem");
    const QMap<QString, QString> expected{
        {u"sslmode"_s, u"verify-full"_s}, {u"sslrootcert"_s, u"/etc/ca.pem"_s}};
    QCOMPARE(options.tls, expected);
}

void TestDatabaseOptions::settingsSayTheRest()
{
    const auto options = DatabaseOptions::fromSettings(
        QJsonObject{{u"url"_s, u"mariadb://h/n"_s}, {u"password_file"_s, u"/run/secret"_s},
            {u"connections"_s, 2}, {u"queue"_s, 7}, {u"timeout_ms"_s, 1500},
            {u"connect_timeout_ms"_s, 900}, {u"maximum_rows"_s, 10}, {u"maximum_bytes"_s, 4096}});
    const DatabaseOptions expected{.driver = Driver::MariaDb,
        .name = u"n"_s,
        .host = u"h"_s,
        .passwordFile = u"/run/secret"_s,
        .connections = 2,
        .queue = 7,
        .maximumRows = 10,
        .maximumBytes = 4096,
        .timeout = 1500ms,
        .connectTimeout = 900ms};
    QVERIFY(options == expected);
    QVERIFY(DatabaseOptions::fromSettings(u"mariadb://h/n"_s)
        == DatabaseOptions::fromUrl(u"mariadb://h/n"));
}

void TestDatabaseOptions::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QJsonValue>("settings");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *name, const QJsonValue &settings, const QString &part) {
        QTest::newRow(name) << settings << part;
    };
    row("nothing", QJsonValue(), u"database: expected a URL"_s);
    row("other scheme", u"oracle://h/n"_s, u"url: expected sqlite:PATH"_s);
    row("no path", u"sqlite:"_s, u"expected sqlite:PATH"_s);
    row("no name", u"postgresql://h"_s, u"expected the database's name"_s);
    row("bad port", u"postgresql://h:port/n"_s, u"expected postgresql://"_s);
    row("password", u"postgresql://u:geheim@h/n"_s, u"password_file"_s);
    row("unknown in the query", u"postgresql://h/n?ssl=1"_s, u"ssl is not known"_s);
    row("more than one option", u"postgresql://h/n?sslmode=a;b"_s, u"sslmode may have no"_s);
    row("sslmode for MariaDB", u"mariadb://h/n?sslmode=require"_s, u"PostgreSQL's"_s);
    row("unknown key", QJsonObject{{u"url"_s, u"sqlite:a"_s}, {u"pasword_file"_s, u"x"_s}},
        u"pasword_file: unknown"_s);
    row("no number", QJsonObject{{u"url"_s, u"sqlite:a"_s}, {u"connections"_s, u"4"_s}},
        u"connections: expected a whole number from 1 to 64"_s);
    row("two passwords",
        QJsonObject{{u"url"_s, u"mariadb://h/n"_s}, {u"password_file"_s, u"x"_s},
            {u"password_variable"_s, u"X"_s}},
        u"either this or password_variable"_s);
}

void TestDatabaseOptions::whatIsWrongIsNamed()
{
    QFETCH(const QJsonValue, settings);
    QFETCH(const QString, part);
    const QString error = errorOf(settings);
    QVERIFY2(error.contains(part), qPrintable(error));
}

void TestDatabaseOptions::noPasswordIsTold()
{
    QVERIFY(!errorOf(u"postgresql://u:geheim@h/n"_s).contains(u"geheim"_s));
    QVERIFY(!errorOf(u"oracle://u:geheim@h/n"_s).contains(u"geheim"_s));
    DatabaseOptions options = DatabaseOptions::fromUrl(u"postgresql://u@h:1/n");
    options.password = u"geheim"_s;
    QCOMPARE(options.describe(), u"postgresql://u@h:1/n"_s);
}

QTEST_GUILESS_MAIN(TestDatabaseOptions)
#include "tst_databaseoptions.moc"
