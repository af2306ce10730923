// SPDX-License-Identifier: GPL-3.0-or-later
#include "files/trustedpath.h"
#include "protocol/socketpath.h"
#include "watch/livesockets.h"

#include <QDir>
#include <QFile>
#include <QLocalServer>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 1234;

} // namespace

/// As root, which alone may give things away.
class TestTrustedPath : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void whatIsRootsAlone();
    void whatBelongsToSomebodyElse();
    void whatIsAboveItCounts();
    void whatOthersMayWrite_data();
    void whatOthersMayWrite();
    void inAStickyFolderOnlyRootsOwnCounts();
    void aStickyFolderKeepsNothing();
    void aLinkLeadsToWhatCounts();
    void eachLinkOnTheWayCounts();
    void aLinkOfSomebodyElseIsNotFollowed();
    void linksThatLeadInACircleEnd();
    void theWayBackIsTheOneOfTheKernel();
    void whatIsNotThereIsJudgedByWhatIsAboveIt();
    void anOwnerMayBeNamed();
    void anotherUserTrustsItselfRootAndItsGroup();
    void withoutARootTheOverflowUserStandsForIt();
    void rootDoesNotUseTheSocketsOfSomebodyElse();
    void aStrangersFolderHasNoSockets();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    static bool give(const QString &path, uid_t user = nobody)
    {
        return ::lchown(QFile::encodeName(path).constData(), user, user) == 0;
    }
    static bool setMode(const QString &path, mode_t mode)
    {
        return ::chmod(QFile::encodeName(path).constData(), mode) == 0;
    }
    static bool write(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::WriteOnly);
    }
    QString belongs(const QString &name, uid_t user = nobody) const
    {
        return path(name) + u" belongs to uid %1"_s.arg(user);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTrustedPath::init()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir().mkpath(path(u"a/b"_s)));
    QVERIFY(write(path(u"a/b/file"_s)));
}

void TestTrustedPath::cleanup()
{
    m_folder.reset();
}

void TestTrustedPath::whatIsRootsAlone()
{
    QCOMPARE(distrustOfPath(path(u"a/b"_s)), std::nullopt);
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s)), std::nullopt);
    QCOMPARE(distrustOfPath(path(u"a//b/./file"_s)), std::nullopt);
    QCOMPARE(distrustOfFolder(path(u"a/b"_s)), std::nullopt);
    QCOMPARE(distrustOfPath(u"/"_s), std::nullopt);
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(path(u"a"_s)));
    QCOMPARE(distrustOfPath(u"b/file"_s), std::nullopt);
    QVERIFY(give(path(u"a/b"_s)));
    QCOMPARE(distrustOfPath(u"b/file"_s), belongs(u"a/b"_s));
    QVERIFY(QDir::setCurrent(before));
}

void TestTrustedPath::whatBelongsToSomebodyElse()
{
    QVERIFY(give(path(u"a/b"_s)));
    QCOMPARE(distrustOfPath(path(u"a/b"_s)), belongs(u"a/b"_s));
    QCOMPARE(distrustOfPath(path(u"a"_s)), std::nullopt);
    QVERIFY(give(path(u"a/b"_s), 0));
    QVERIFY(give(path(u"a/b/file"_s)));
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s)), belongs(u"a/b/file"_s));
}

void TestTrustedPath::whatIsAboveItCounts()
{
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s)), belongs(u"a"_s));
}

void TestTrustedPath::whatOthersMayWrite_data()
{
    QTest::addColumn<uint>("mode");
    QTest::addColumn<bool>("folderIsTrusted");
    QTest::addColumn<bool>("fileIsTrusted");
    QTest::newRow("root alone") << 0700U << true << true;
    QTest::newRow("others read") << 0755U << true << true;
    QTest::newRow("the group writes") << 0775U << false << false;
    QTest::newRow("all write") << 0777U << false << false;
    QTest::newRow("all write, not the group") << 0757U << false << false;
    QTest::newRow("all write, each his own") << 01777U << true << false;
    QTest::newRow("the group writes, each his own") << 01775U << true << false;
}

void TestTrustedPath::whatOthersMayWrite()
{
    QFETCH(const uint, mode);
    QVERIFY(setMode(path(u"a"_s), mode));
    QTEST(!distrustOfPath(path(u"a/b/file"_s)), "folderIsTrusted");
    QVERIFY(setMode(path(u"a"_s), 0755));
    QVERIFY(setMode(path(u"a/b/file"_s), mode));
    QTEST(!distrustOfPath(path(u"a/b/file"_s)), "fileIsTrusted");
}

void TestTrustedPath::inAStickyFolderOnlyRootsOwnCounts()
{
    QVERIFY(setMode(path(u"a"_s), 01777));
    QVERIFY(give(path(u"a/b"_s)));
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s)), belongs(u"a/b"_s));
    QCOMPARE(distrustOfPath(path(u"a/new"_s)), std::nullopt);
    // Not even what a named owner has put there: that may be anybody's.
    QCOMPARE(distrustOfPath(path(u"a/b"_s), nobody), belongs(u"a/b"_s));
}

void TestTrustedPath::aStickyFolderKeepsNothing()
{
    QVERIFY(setMode(path(u"a"_s), 01777));
    QCOMPARE(distrustOfPath(path(u"a"_s)), std::nullopt);
    QCOMPARE(distrustOfFolder(path(u"a"_s)), path(u"a"_s) + u" may be written by anybody"_s);
    QCOMPARE(distrustOfFolder(path(u"a/"_s)), path(u"a"_s) + u" may be written by anybody"_s);
    QCOMPARE(distrustOfFolder(path(u"a/b"_s)), std::nullopt);
    QCOMPARE(distrustOfFolder(path(u"a/new"_s)), std::nullopt);
    QVERIFY(QFile::link(path(u"a"_s), path(u"link"_s)));
    QCOMPARE(distrustOfFolder(path(u"link"_s)), path(u"a"_s) + u" may be written by anybody"_s);
}

void TestTrustedPath::aLinkLeadsToWhatCounts()
{
    QVERIFY(QFile::link(path(u"a/b"_s), path(u"link"_s)));
    QCOMPARE(distrustOfPath(path(u"link/file"_s)), std::nullopt);
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(distrustOfPath(path(u"link"_s)), belongs(u"a"_s));
    QCOMPARE(distrustOfPath(path(u"link/file"_s)), belongs(u"a"_s));
}

void TestTrustedPath::eachLinkOnTheWayCounts()
{
    QVERIFY(QDir().mkpath(path(u"theirs"_s)));
    QVERIFY(QFile::link(path(u"a/b"_s), path(u"theirs/on"_s)));
    QVERIFY(QFile::link(u"theirs/on"_s, path(u"link"_s)));
    QCOMPARE(distrustOfPath(path(u"link/file"_s)), std::nullopt);
    QVERIFY(give(path(u"theirs"_s))); // neither by name nor in the end on the way
    QCOMPARE(distrustOfPath(path(u"link/file"_s)), belongs(u"theirs"_s));
}

void TestTrustedPath::aLinkOfSomebodyElseIsNotFollowed()
{
    QVERIFY(setMode(path(u"a"_s), 01777));
    QVERIFY(QFile::link(path(u"a/b"_s), path(u"a/link"_s)));
    QVERIFY(give(path(u"a/link"_s)));
    QCOMPARE(distrustOfPath(path(u"a/link/file"_s)), belongs(u"a/link"_s));
}

void TestTrustedPath::linksThatLeadInACircleEnd()
{
    QVERIFY(QFile::link(path(u"one"_s), path(u"other"_s)));
    QVERIFY(QFile::link(path(u"other"_s), path(u"one"_s)));
    QVERIFY(distrustOfPath(path(u"one"_s)));
}

void TestTrustedPath::theWayBackIsTheOneOfTheKernel()
{
    QVERIFY(QDir().mkpath(path(u"theirs/in"_s)));
    QVERIFY(QDir().mkpath(path(u"theirs/b"_s)));
    QVERIFY(QFile::link(path(u"theirs/in"_s), path(u"a/link"_s)));
    QCOMPARE(distrustOfPath(path(u"a/link/../b"_s)), std::nullopt);
    QVERIFY(give(path(u"theirs/b"_s)));
    QCOMPARE(distrustOfPath(path(u"a/link/../b"_s)), belongs(u"theirs/b"_s));
}

void TestTrustedPath::whatIsNotThereIsJudgedByWhatIsAboveIt()
{
    QCOMPARE(distrustOfPath(path(u"a/new/er"_s)), std::nullopt);
    QVERIFY(give(path(u"a"_s)));
    QVERIFY(distrustOfPath(path(u"a/new/er"_s)));
}

void TestTrustedPath::anOwnerMayBeNamed()
{
    QVERIFY(give(path(u"a"_s)));
    QVERIFY(give(path(u"a/b/file"_s)));
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s), nobody), std::nullopt);
    QCOMPARE(distrustOfPath(path(u"a/b/file"_s), somebody), belongs(u"a"_s));
    QVERIFY(setMode(path(u"a"_s), 0777));
    QVERIFY(distrustOfPath(path(u"a/b/file"_s), nobody));
}

void TestTrustedPath::anotherUserTrustsItselfRootAndItsGroup()
{
    QVERIFY(setMode(m_folder->path(), 0755));
    QVERIFY(give(path(u"a"_s), somebody));
    QVERIFY(setMode(path(u"a"_s), 0775));
    QVERIFY(give(path(u"a/b"_s)));
    QCOMPARE(::setegid(somebody), 0);
    QCOMPARE(::seteuid(somebody), 0);
    const auto own = distrustOfPath(path(u"a"_s));
    const auto theirs = distrustOfPath(path(u"a/b"_s));
    QCOMPARE(::seteuid(0), 0);
    QCOMPARE(::setegid(0), 0);
    QCOMPARE(own, std::nullopt);
    QCOMPARE(theirs, belongs(u"a/b"_s));
    QCOMPARE(::chown(QFile::encodeName(path(u"a"_s)).constData(), somebody, nobody), 0);
    QCOMPARE(::seteuid(somebody), 0);
    const auto shared = distrustOfPath(path(u"a"_s));
    QCOMPARE(::seteuid(0), 0);
    QCOMPARE(shared, path(u"a"_s) + u" may be written by its group, gid 65534"_s);
}

// What is root's and what is another user's look the same there. In a child, because there is no
// way back.
void TestTrustedPath::withoutARootTheOverflowUserStandsForIt()
{
    QVERIFY(give(m_folder->path(), somebody));
    QVERIFY(QDir().mkpath(path(u"sticky/theirs"_s)));
    QVERIFY(give(path(u"sticky/theirs"_s)));
    QVERIFY(setMode(path(u"sticky"_s), 01777));
    QVERIFY(write(path(u"groups"_s)));
    QVERIFY(setMode(path(u"groups"_s), 0664));
    const pid_t child = ::fork();
    if (child == 0) {
        bool isThere = ::setgroups(0, nullptr) == 0 && ::setegid(somebody) == 0
            && ::setresuid(somebody, somebody, somebody) == 0
            && ::prctl(PR_SET_DUMPABLE, 1) == 0; // or its map would be root's
        const bool isRefused = isThere && !distrustOfPath(path(u"a/b"_s))
            && distrustOfPath(path(u"sticky/theirs"_s));
        isThere = isThere && ::unshare(CLONE_NEWUSER) == 0;
        QFile map(u"/proc/self/uid_map"_s);
        isThere = isThere && map.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
            && map.write("1234 1234 1") > 0;
        if (!isThere)
            ::_exit(77);
        const bool isRight = isRefused && !distrustOfPath(path(u"a/b"_s))
            && !distrustOfPath(path(u"sticky"_s)) && distrustOfPath(path(u"sticky/theirs"_s))
            && distrustOfPath(path(u"groups"_s));
        ::_exit(isRight ? 0 : 1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        QSKIP("no user namespaces here");
    QCOMPARE(status, 0);
}

void TestTrustedPath::rootDoesNotUseTheSocketsOfSomebodyElse()
{
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(path(u"a"_s)));
    QCOMPARE(socketDirectory(), path(u"a/semper"_s));
    QVERIFY(give(path(u"a"_s)));
    QCOMPARE(socketDirectory(), u"/run/semper"_s);
}

void TestTrustedPath::aStrangersFolderHasNoSockets()
{
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(path(u"a"_s)));
    QVERIFY(QDir().mkpath(path(u"a/semper"_s)));
    QLocalServer server;
    QVERIFY(server.listen(path(u"a/semper/x.sock"_s)));
    QCOMPARE(liveSockets(), QStringList{server.fullServerName()});
    QVERIFY(give(path(u"a/semper"_s)));
    QCOMPARE(liveSockets(), QStringList());
}

QTEST_GUILESS_MAIN(TestTrustedPath)
#include "tst_trustedpath.moc"
