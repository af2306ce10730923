// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup/cgroup.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

/// What is read from and written to the files of a control group; here they are plain files.
class TestCgroup : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void itIsPopulatedWhenTheKernelSaysSo();
    void membersOfThoseBelowAreMembers();
    void theMemoryOfAllOfItIsLimitedAtOnce();
    void withoutTheControllerNoMemoryIsLimited();
    void killsForWantOfMemoryAreCounted();
    void aControllerIsEnabledOnce();

private:
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(name));
    }
    [[nodiscard]] QByteArray read(const QString &name) const
    {
        QFile file(m_folder->filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] Cgroup group() const { return Cgroup(m_folder->path()); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestCgroup::itIsPopulatedWhenTheKernelSaysSo()
{
    QVERIFY(!group().isPopulated());
    write(u"cgroup.events"_s, "populated 0\nfrozen 1\n");
    QVERIFY(!group().isPopulated());
    write(u"cgroup.events"_s, "populated 1\nfrozen 0\n");
    QVERIFY(group().isPopulated());
}

void TestCgroup::membersOfThoseBelowAreMembers()
{
    write(u"cgroup.procs"_s, "12\n0\n13\n"); // 0: one that this namespace does not see
    QVERIFY(group().child(u"below"_s).make());
    write(u"below/cgroup.procs"_s, "14\n");
    QCOMPARE(group().members(), (QList<pid_t>{12, 13, 14}));
    QCOMPARE(group().children().size(), 1);
}

void TestCgroup::theMemoryOfAllOfItIsLimitedAtOnce()
{
    for (const auto &name : {u"memory.max"_s, u"memory.swap.max"_s, u"memory.oom.group"_s})
        write(name, {});
    QVERIFY(group().limitMemory(104857600));
    QCOMPARE(read(u"memory.max"_s), "104857600");
    QCOMPARE(read(u"memory.swap.max"_s), "0");
    QCOMPARE(read(u"memory.oom.group"_s), "1");
}

void TestCgroup::withoutTheControllerNoMemoryIsLimited()
{
    QVERIFY(!group().limitMemory(104857600));
    QVERIFY(read(u"memory.max"_s).isEmpty());
    QCOMPARE(group().memoryKills(), 0);
}

void TestCgroup::killsForWantOfMemoryAreCounted()
{
    write(u"memory.events"_s, "low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\noom_group_kill 1\n");
    QCOMPARE(group().memoryKills(), 3);
}

void TestCgroup::aControllerIsEnabledOnce()
{
    write(u"cgroup.controllers"_s, "cpu memory pids\n");
    write(u"cgroup.subtree_control"_s, "cpu\n");
    QVERIFY(group().hasController("memory"));
    QVERIFY(!group().hasController("mem"));
    QVERIFY(group().enable("cpu"));
    QCOMPARE(read(u"cgroup.subtree_control"_s), "cpu\n");
    QVERIFY(group().enable("memory"));
    QVERIFY(read(u"cgroup.subtree_control"_s).startsWith("+memory"));
}

QTEST_GUILESS_MAIN(TestCgroup)
#include "tst_cgroup.moc"
