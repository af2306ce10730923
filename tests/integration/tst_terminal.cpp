// SPDX-License-Identifier: GPL-3.0-or-later
// A server that was started at a terminal, and what it does when that is gone.
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QJsonArray>
#include <QTest>

#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

/// A pseudo terminal: what a window with a shell in it has.
class Terminal
{
public:
    Terminal()
        : m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))
    {
        if (m_master >= 0 && ::grantpt(m_master) == 0 && ::unlockpt(m_master) == 0)
            m_slave = ::open(::ptsname(m_master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    ~Terminal() { close(); }
    Q_DISABLE_COPY_MOVE(Terminal)

    /// -1 where there is none.
    [[nodiscard]] int descriptor() const { return m_slave; }
    /// As when its window is closed: who leads its session gets SIGHUP.
    void close()
    {
        for (int *end : {&m_slave, &m_master})
            if (*end >= 0)
                ::close(std::exchange(*end, -1));
    }

private:
    int m_master;
    int m_slave = -1;
};

} // namespace

class TestTerminal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aServerEndsWithItsTerminal();
    void aServerOfNohupOutlivesItsTerminal();

private:
    const QJsonObject m_processes{{u"it"_s,
        QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"ignore-term"_s)}},
            {u"stop"_s, QJsonObject{{u"timeout_ms"_s, 100}}}}}};
};

void TestTerminal::aServerEndsWithItsTerminal()
{
    RunningServer server(m_processes);
    Terminal terminal;
    QVERIFY(terminal.descriptor() >= 0);
    server.takeTerminal(terminal.descriptor(), false);
    QVERIFY2(server.start(), qPrintable(server.log()));
    terminal.close();
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 0); // how it ended
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestTerminal::aServerOfNohupOutlivesItsTerminal()
{
    RunningServer server(m_processes);
    Terminal terminal;
    QVERIFY(terminal.descriptor() >= 0);
    server.takeTerminal(terminal.descriptor(), true);
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QJsonValue pid = server.process(u"it"_s)[u"pid"_s];
    terminal.close();
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"reload (SIGHUP)"_s), patience);
    QCOMPARE(server.process(u"it"_s)[u"pid"_s], pid);
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestTerminal)
#include "tst_terminal.moc"
