// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/bearertoken.h"
#include "http/knownhost.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

QByteArray tokenIn(const QString &directory)
{
    const auto token = BearerToken::load(directory);
    const auto *found = std::get_if<BearerToken>(&token);
    return found ? found->text() : QByteArray();
}

QString problemIn(const QString &directory)
{
    const auto token = BearerToken::load(directory);
    const auto *problem = std::get_if<QString>(&token);
    return problem ? *problem : QString();
}

void write(const QString &path, const QByteArray &content, mode_t mode)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    QCOMPARE(::chmod(QFile::encodeName(path).constData(), mode), 0);
}

mode_t modeOf(const QString &path)
{
    struct stat info
    { };
    ::stat(QFile::encodeName(path).constData(), &info);
    return info.st_mode & 07777;
}

} // namespace

class TestBearerToken : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFirstStartMakesAToken();
    void theNextStartReadsTheSame();
    void twoServersHaveTwoTokens();
    void aTokenOfTheAdministratorIsTaken();
    void nothingHalfDoneIsLeft();
    void aFileThatOthersMayUseIsRefused_data();
    void aFileThatOthersMayUseIsRefused();
    void aFileOfAnotherUserIsRefused();
    void aLinkIsRefused();
    void aFolderThatOthersMayWriteIsRefused();
    void contentThatIsNoTokenIsRefused_data();
    void contentThatIsNoTokenIsRefused();
    void onlyTheTokenAdmits_data();
    void onlyTheTokenAdmits();
    void onlyKnownHostsAreKnown_data();
    void onlyKnownHostsAreKnown();
};

void TestBearerToken::theFirstStartMakesAToken()
{
    const QTemporaryDir folder;
    const QString state = folder.filePath(u"a/b/state"_s);
    const QByteArray token = tokenIn(state);
    QCOMPARE(token.size(), 43); // 256 bits in base64
    QCOMPARE(modeOf(state), mode_t(0700));
    QCOMPARE(modeOf(state + u"/token"_s), mode_t(0600));
    QFile file(state + u"/token"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), token + '\n');
}

void TestBearerToken::theNextStartReadsTheSame()
{
    const QTemporaryDir folder;
    const QByteArray token = tokenIn(folder.path());
    QVERIFY(!token.isEmpty());
    QCOMPARE(tokenIn(folder.path()), token);
}

void TestBearerToken::twoServersHaveTwoTokens()
{
    const QTemporaryDir one;
    const QTemporaryDir other;
    QVERIFY(tokenIn(one.path()) != tokenIn(other.path()));
}

void TestBearerToken::aTokenOfTheAdministratorIsTaken()
{
    const QTemporaryDir folder;
    const QByteArray token = QByteArray("aZ-_").repeated(10);
    write(folder.filePath(u"token"_s), token, 0400);
    QCOMPARE(tokenIn(folder.path()), token);
}

void TestBearerToken::nothingHalfDoneIsLeft()
{
    const QTemporaryDir folder;
    write(folder.filePath(u"token.%1"_s.arg(::getpid())), "half", 0600);
    QCOMPARE(tokenIn(folder.path()).size(), 43);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{u"token"_s});
}

void TestBearerToken::aFileThatOthersMayUseIsRefused_data()
{
    QTest::addColumn<int>("mode");
    for (const int mode : {0640, 0604, 0660, 0666, 0610, 0755})
        QTest::addRow("%o", mode) << mode;
}

void TestBearerToken::aFileThatOthersMayUseIsRefused()
{
    QFETCH(const int, mode);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"token"_s);
    write(path, QByteArray(43, 'a'), static_cast<mode_t>(mode));
    QCOMPARE(problemIn(folder.path()),
        u"others may use %1 (mode 0%2); chmod it to 0600"_s.arg(path).arg(mode, 0, 8));
}

void TestBearerToken::aFileOfAnotherUserIsRefused()
{
    if (::geteuid() != 0)
        QSKIP("only root can give files away");
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"token"_s);
    write(path, QByteArray(43, 'a'), 0600);
    QCOMPARE(::chown(QFile::encodeName(path).constData(), 1234, 1234), 0);
    QCOMPARE(problemIn(folder.path()),
        u"%1 belongs to user 1234, not to user 0 who runs this"_s.arg(path));
}

void TestBearerToken::aLinkIsRefused()
{
    const QTemporaryDir folder;
    write(folder.filePath(u"other"_s), QByteArray(43, 'a'), 0600);
    QVERIFY(QFile::link(folder.filePath(u"other"_s), folder.filePath(u"token"_s)));
    QVERIFY(problemIn(folder.path())
                .startsWith(u"cannot read %1: "_s.arg(folder.filePath(u"token"_s))));
}

void TestBearerToken::aFolderThatOthersMayWriteIsRefused()
{
    const QTemporaryDir folder;
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
    QVERIFY2(problemIn(folder.path()).startsWith(folder.path() + u" may be written by anybody; "_s),
        qPrintable(problemIn(folder.path())));
}

void TestBearerToken::contentThatIsNoTokenIsRefused_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("short") << QByteArray(31, 'a');
    QTest::newRow("two lines") << QByteArray(40, 'a') + "\n" + QByteArray(40, 'a');
    QTest::newRow("blank") << QByteArray(40, 'a') + " ";
    QTest::newRow("NUL") << QByteArray(40, '\0');
}

void TestBearerToken::contentThatIsNoTokenIsRefused()
{
    QFETCH(const QByteArray, content);
    const QTemporaryDir folder;
    write(folder.filePath(u"token"_s), content, 0600);
    QVERIFY(problemIn(folder.path()).contains(u"/token holds no token: "));
}

void TestBearerToken::onlyTheTokenAdmits_data()
{
    QTest::addColumn<QByteArray>("shown");
    QTest::addColumn<bool>("admitted");
    const QByteArray token(43, 'a');
    QTest::newRow("right") << token << true;
    QTest::newRow("none") << QByteArray() << false;
    QTest::newRow("shorter") << token.chopped(1) << false;
    QTest::newRow("longer") << token + "a" << false;
    QTest::newRow("last byte") << token.chopped(1) + "b" << false;
    QTest::newRow("first byte") << "b" + token.chopped(1) << false;
    QTest::newRow("other case") << token.toUpper() << false;
}

void TestBearerToken::onlyTheTokenAdmits()
{
    QFETCH(const QByteArray, shown);
    const QTemporaryDir folder;
    write(folder.filePath(u"token"_s), QByteArray(43, 'a') + "\n", 0600);
    const auto token = BearerToken::load(folder.path());
    QTEST(std::get<BearerToken>(token).matches(shown), "admitted");
}

void TestBearerToken::onlyKnownHostsAreKnown_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QString>("listener");
    QTest::addColumn<bool>("known");
    const auto row = [](const char *host, const QString &listener, bool known) {
        QTest::addRow("%s at %s", host, qPrintable(listener))
            << QByteArray(host) << listener << known;
    };
    row("127.0.0.1:18305", u"127.0.0.1"_s, true);
    row("127.0.0.1", u"127.0.0.1"_s, true);
    row("LocalHost:1", u"127.0.0.1"_s, true);
    row("[::1]:18305", u"127.0.0.1"_s, true);
    row("evil.example:18305", u"127.0.0.1"_s, false);
    row("127.0.0.1.evil.example", u"127.0.0.1"_s, false);
    row("localhost.evil.example", u"127.0.0.1"_s, false);
    row("10.0.0.1", u"127.0.0.1"_s, false);
    row("::1", u"127.0.0.1"_s, false);
    row("", u"127.0.0.1"_s, false);
    row("box.lan", u"box.lan"_s, true);
    row("10.0.0.1", u"10.0.0.1"_s, true);
    row("10.0.0.2", u"10.0.0.1"_s, false);
    row("[0:0:0:0:0:0:0:5]", u"::5"_s, true);
    row("10.0.0.2", u"0.0.0.0"_s, true);
    row("[fe80::1]:9", u"::"_s, true);
    row("evil.example", u"0.0.0.0"_s, false);
}

void TestBearerToken::onlyKnownHostsAreKnown()
{
    QFETCH(const QByteArray, host);
    QFETCH(const QString, listener);
    QTEST(isKnownHost(host, {.host = listener, .port = 18305, .path = {}}), "known");
}

QTEST_GUILESS_MAIN(TestBearerToken)
#include "tst_bearertoken.moc"
