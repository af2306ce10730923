// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/runas.h"
#include "support/runningserver.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

/// As whom "orders" runs now: "4001", or what is wrong.
QString orders()
{
    LimitsSpec limits;
    limits.user = u"orders"_s;
    const RunAsResult result = lookUpRunAs(limits);
    if (const auto *error = std::get_if<QString>(&result))
        return *error;
    return QString::number(*std::get<std::optional<RunAs>>(result)->user);
}

QString uidOf(qint64 pid)
{
    QFile file(u"/proc/%1/status"_s.arg(pid));
    const QString text
        = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    return text.section(u"\nUid:\t"_s, 1).section(u'\t', 0, 0);
}

} // namespace

/// Who "user" is, on a machine whose users change: /etc/passwd is this test's own.
class TestUserLookup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { setOrders("4001"); }
    void isRememberedUntilItIsLookedUpAnew();
    void launchesAfterAReloadHaveTheNewIds();

private:
    void setOrders(const QByteArray &id);

    QTemporaryDir m_folder;
};

void TestUserLookup::initTestCase()
{
    setOrders("4001");
    const QByteArray path = QFile::encodeName(m_folder.filePath(u"passwd"_s));
    if (::unshare(CLONE_NEWNS) != 0
        || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
        || ::mount(path.constData(), "/etc/passwd", nullptr, MS_BIND, nullptr) != 0)
        QSKIP("only root can have an /etc/passwd of its own, and not everywhere");
}

/// Writes in place: the file is mounted. No \a id: there is no such user.
void TestUserLookup::setOrders(const QByteArray &id)
{
    QFile file(m_folder.filePath(u"passwd"_s));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write("root:x:0:0:root:/root:/bin/sh\n");
    if (!id.isEmpty())
        file.write("orders:x:" + id + ':' + id + "::/:/bin/sh\n");
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
}

void TestUserLookup::isRememberedUntilItIsLookedUpAnew()
{
    QCOMPARE(orders(), u"4001"_s);
    setOrders("4002");
    QCOMPARE(orders(), u"4001"_s);
    refreshRunAs();
    QCOMPARE(orders(), u"4002"_s);
    restoreRunAs(); // a reload that was refused
    QCOMPARE(orders(), u"4001"_s);
    refreshRunAs();
    QCOMPARE(orders(), u"4002"_s);
    keepRunAs();
    restoreRunAs();
    QCOMPARE(orders(), u"4002"_s);
    setOrders({});
    refreshRunAs();
    QCOMPARE(orders(), u"no user \"orders\" on this machine"_s);
    restoreRunAs();
    QCOMPARE(orders(), u"4002"_s);
}

void TestUserLookup::launchesAfterAReloadHaveTheNewIds()
{
    RunningServer server({{u"it"_s,
        QJsonObject{
            {u"command"_s, QJsonArray{u"/bin/sleep"_s, u"600"_s}}, {u"user"_s, u"orders"_s}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto pid = [&server] {
        const QJsonObject it = server.process(u"it"_s);
        return it[u"state"_s] == u"running"_s ? it[u"pid"_s].toInteger() : 0;
    };
    const auto restarted = [&](int times) {
        ::kill(pid_t(pid()), SIGKILL);
        return QTest::qWaitFor(
            [&] { return server.process(u"it"_s)[u"restarts"_s].toInt() == times && pid() > 0; },
            patience);
    };
    QTRY_VERIFY_WITH_TIMEOUT(pid() > 0, patience);
    QCOMPARE(uidOf(pid()), u"4001"_s);
    setOrders("4002");
    QVERIFY(restarted(1));
    QCOMPARE(uidOf(pid()), u"4001"_s);

    QCOMPARE(server.command({u"reload"_s, u"--dry-run"_s}).exitCode, 0);
    QVERIFY(restarted(2));
    QCOMPARE(uidOf(pid()), u"4001"_s);
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QVERIFY(restarted(3));
    QCOMPARE(uidOf(pid()), u"4002"_s);

    setOrders({}); // a reload that is refused changes nothing
    const auto refused = server.command({u"reload"_s});
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.standardError.contains("no user \"orders\""), refused.standardError);
    QVERIFY(restarted(4));
    QCOMPARE(uidOf(pid()), u"4002"_s);
}

QTEST_GUILESS_MAIN(TestUserLookup)
#include "tst_userlookup.moc"
