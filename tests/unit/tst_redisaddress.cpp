// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/redisaddress.h>

#include <semper/rediserror.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

using Transport = RedisAddress::Transport;

[[nodiscard]] QString complaintAbout(const QString &url)
{
    try {
        static_cast<void>(RedisAddress::fromUrl(url));
    } catch (const std::invalid_argument &error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace

class TestRedisAddress : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hostsPortsAndDatabasesAreRead_data();
    void hostsPortsAndDatabasesAreRead();
    void userAndPasswordAreDecoded();
    void filesOfTlsAreRead();
    void whatMakesNoSenseIsRefused_data();
    void whatMakesNoSenseIsRefused();
    void noComplaintHoldsAPassword_data();
    void noComplaintHoldsAPassword();
    void whatIsShownHoldsNeitherUserNorPassword();
    void thePasswordOfAFileIsReadEachTime();
    void thePasswordOfAVariableIsRead();
    void aPasswordThatIsNotThereIsTold();
};

void TestRedisAddress::hostsPortsAndDatabasesAreRead_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<RedisAddress>("expected");
    QTest::newRow("host") << u"redis://db.example"_s << RedisAddress{.host = u"db.example"_s};
    QTest::newRow("slash") << u"redis://db.example/"_s << RedisAddress{.host = u"db.example"_s};
    QTest::newRow("all") << u"redis://10.0.0.1:7000/3"_s
                         << RedisAddress{.host = u"10.0.0.1"_s, .port = 7000, .database = 3};
    QTest::newRow("IPv6") << u"redis://[::1]:7000"_s
                          << RedisAddress{.host = u"::1"_s, .port = 7000};
    QTest::newRow("TLS") << u"rediss://db.example:1"_s
                         << RedisAddress{
                                .transport = Transport::Tls, .host = u"db.example"_s, .port = 1};
    QTest::newRow("database behind ?")
        << u"redis://a?database=2"_s << RedisAddress{.host = u"a"_s, .database = 2};
    for (const QString &scheme : {u"unix:"_s, u"unix://"_s, u"redis+unix:"_s, u"redis+unix://"_s})
        QTest::newRow(qPrintable(scheme))
            << scheme + u"/run/a%20b.sock?database=1"_s
            << RedisAddress{
                   .transport = Transport::Unix, .path = u"/run/a b.sock"_s, .database = 1};
}

void TestRedisAddress::hostsPortsAndDatabasesAreRead()
{
    QFETCH(const QString, url);
    QFETCH(const RedisAddress, expected);
    QVERIFY2(complaintAbout(url).isEmpty(), qPrintable(complaintAbout(url)));
    QVERIFY(RedisAddress::fromUrl(url) == expected);
}

void TestRedisAddress::userAndPasswordAreDecoded()
{
    const RedisAddress both = RedisAddress::fromUrl(u"redis://app:p%40ss%2Fw%23rd%25@a"_s);
    QCOMPARE(both.user, u"app"_s);
    QCOMPARE(both.secret(), u"p@ss/w#rd%"_s);
    const RedisAddress alone = RedisAddress::fromUrl(u"redis://:secret@a"_s);
    QCOMPARE(alone.user, QString());
    QCOMPARE(alone.secret(), u"secret"_s);
    QCOMPARE(RedisAddress::fromUrl(u"redis://a"_s).secret(), QString());
}

void TestRedisAddress::filesOfTlsAreRead()
{
    const RedisAddress address = RedisAddress::fromUrl(
        u"rediss://a?ca_file=/ca.pem&certificate_file=/me.pem&key_file=/me.key&server_name=b"_s);
    QCOMPARE(address.caFile, u"/ca.pem"_s);
    QCOMPARE(address.certificateFile, u"/me.pem"_s);
    QCOMPARE(address.keyFile, u"/me.key"_s);
    QCOMPARE(address.serverName, u"b"_s);
}

void TestRedisAddress::whatMakesNoSenseIsRefused_data()
{
    QTest::addColumn<QString>("url");
    for (const QString &url :
        {QString(), u"db.example"_s, u"http://a"_s, u"redis://"_s, u"redis://a:0"_s,
            u"redis://a:70000"_s, u"redis://a/x"_s, u"redis://a/-1"_s, u"redis://a?database=x"_s,
            u"redis://a?nonsense=1"_s, u"redis://a?ca_file=/x"_s, u"redis://a?password_file="_s,
            u"rediss://a?key_file=/x"_s, u"unix:relative"_s, u"unix://host/path"_s, u"unix:"_s,
            u"redis://app@a"_s, u"redis://:p@a?password_variable=P"_s, u"redis://a#b"_s})
        QTest::addRow("%s", qPrintable(url)) << url;
}

void TestRedisAddress::whatMakesNoSenseIsRefused()
{
    QFETCH(const QString, url);
    const QString complaint = complaintAbout(url);
    QVERIFY2(complaint.startsWith(u"the URL of Redis: "_s), qPrintable(complaint));
}

void TestRedisAddress::noComplaintHoldsAPassword_data()
{
    QTest::addColumn<QString>("url");
    for (const QString &url : {u"redis://:hush#@a"_s, u"redis://:hush/@a"_s,
             u"redis://:hush@a:99999"_s, u"redis://:hush%@a"_s, u"redis://:hush @a"_s,
             u"http://:hush@a"_s, u"redis://:hush@a/x"_s, u"redis://:hush@"_s,
             u"redis://:hush?@a"_s, u"redis://user:12/hush@a/0"_s, u"redis://user:12?hush@a/0"_s})
        QTest::addRow("%s", qPrintable(url)) << url;
}

void TestRedisAddress::noComplaintHoldsAPassword()
{
    QFETCH(const QString, url);
    const QString complaint = complaintAbout(url);
    QVERIFY(!complaint.isEmpty());
    QVERIFY2(!complaint.contains(u"hush"_s), qPrintable(complaint));
}

void TestRedisAddress::whatIsShownHoldsNeitherUserNorPassword()
{
    QCOMPARE(RedisAddress::fromUrl(u"redis://app:hush@a/2"_s).toDisplay(), u"redis://a:6379/2"_s);
    QCOMPARE(
        RedisAddress::fromUrl(u"rediss://:hush@[::1]"_s).toDisplay(), u"rediss://[::1]:6379/0"_s);
    QCOMPARE(RedisAddress::fromUrl(u"unix:/a"_s).toDisplay(), u"unix:/a?database=0"_s);
}

void TestRedisAddress::thePasswordOfAFileIsReadEachTime()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"password"_s);
    const RedisAddress address = RedisAddress::fromUrl(u"redis://app@a?password_file="_s + path);
    for (const char *password : {"first", "second"}) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(password) + "\n");
        file.close();
        QCOMPARE(address.secret(), QString::fromUtf8(password));
    }
}

void TestRedisAddress::thePasswordOfAVariableIsRead()
{
    qputenv("SEMPER_TEST_REDIS_PASSWORD", "secret");
    QCOMPARE(
        RedisAddress::fromUrl(u"redis://a?password_variable=SEMPER_TEST_REDIS_PASSWORD"_s).secret(),
        u"secret"_s);
}

void TestRedisAddress::aPasswordThatIsNotThereIsTold()
{
    const RedisAddress file = RedisAddress::fromUrl(u"redis://a?password_file=/nowhere"_s);
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, static_cast<void>(file.secret()));
    const RedisAddress variable = RedisAddress::fromUrl(u"redis://a?password_variable=NO_SUCH"_s);
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, static_cast<void>(variable.secret()));
}

QTEST_GUILESS_MAIN(TestRedisAddress)
#include "tst_redisaddress.moc"
