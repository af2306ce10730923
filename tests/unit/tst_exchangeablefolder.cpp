// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/exchangeablefolder.h"
#include "protocol/socketpath.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr uid_t nobody = 65534;

} // namespace

/// As root, which alone may give folders away.
class TestExchangeableFolder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void aFolderOfRootAlone();
    void oneOfSomebodyElse();
    void onesAboveItCount();
    void whatOthersMayWrite_data();
    void whatOthersMayWrite();
    void aLinkLeadsToWhatCounts();
    void whatIsNotThereIsJudgedByWhatIsAboveIt();
    void rootDoesNotUseTheSocketsOfSomebodyElse();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    static bool give(const QString &path)
    {
        return ::chown(QFile::encodeName(path).constData(), nobody, nobody) == 0;
    }
    static bool setMode(const QString &path, mode_t mode)
    {
        return ::chmod(QFile::encodeName(path).constData(), mode) == 0;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestExchangeableFolder::init()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir().mkpath(path(u"a/b"_s)));
}

void TestExchangeableFolder::cleanup()
{
    m_folder.reset();
}

void TestExchangeableFolder::aFolderOfRootAlone()
{
    QCOMPARE(exchangeableFolder(path(u"a/b"_s)), std::nullopt);
    QCOMPARE(exchangeableFolder(u"/"_s), std::nullopt);
}

void TestExchangeableFolder::oneOfSomebodyElse()
{
    QVERIFY(give(path(u"a/b"_s)));
    QCOMPARE(
        exchangeableFolder(path(u"a/b"_s)), QString(path(u"a/b"_s) + u" belongs to uid 65534"_s));
    QCOMPARE(exchangeableFolder(path(u"a"_s)), std::nullopt);
}

void TestExchangeableFolder::onesAboveItCount()
{
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(
        exchangeableFolder(path(u"a/b"_s)), QString(path(u"a"_s) + u" belongs to uid 65534"_s));
}

void TestExchangeableFolder::whatOthersMayWrite_data()
{
    QTest::addColumn<uint>("mode");
    QTest::addColumn<bool>("isExchangeable");
    QTest::newRow("root alone") << 0700U << false;
    QTest::newRow("others read") << 0755U << false;
    QTest::newRow("the group writes") << 0775U << true;
    QTest::newRow("all write") << 0777U << true;
    QTest::newRow("all write, each his own") << 01777U << false;
}

void TestExchangeableFolder::whatOthersMayWrite()
{
    QFETCH(const uint, mode);
    QVERIFY(setMode(path(u"a"_s), mode));
    QTEST(exchangeableFolder(path(u"a/b"_s)).has_value(), "isExchangeable");
}

void TestExchangeableFolder::aLinkLeadsToWhatCounts()
{
    QVERIFY(QFile::link(path(u"a/b"_s), path(u"link"_s)));
    QCOMPARE(exchangeableFolder(path(u"link"_s)), std::nullopt);
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(
        exchangeableFolder(path(u"link"_s)), QString(path(u"a"_s) + u" belongs to uid 65534"_s));
}

void TestExchangeableFolder::whatIsNotThereIsJudgedByWhatIsAboveIt()
{
    QCOMPARE(exchangeableFolder(path(u"a/new/er"_s)), std::nullopt);
    QVERIFY(give(path(u"a"_s)));
    QVERIFY(exchangeableFolder(path(u"a/new/er"_s)));
}

void TestExchangeableFolder::rootDoesNotUseTheSocketsOfSomebodyElse()
{
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(path(u"a"_s)));
    QCOMPARE(socketDirectory(), path(u"a/semper"_s));
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(socketDirectory(), u"/run/semper"_s);
}

QTEST_GUILESS_MAIN(TestExchangeableFolder)
#include "tst_exchangeablefolder.moc"
