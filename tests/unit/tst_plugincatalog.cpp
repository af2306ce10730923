// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/plugincatalog.h>

#include <semper/registry.h>
#include <semper/userprocess.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

[[nodiscard]] QString testPlugins()
{
    return qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
}

[[nodiscard]] QStringList classNames(const PluginCatalog &catalog)
{
    QStringList names;
    for (const PluginClass &known : catalog.classes())
        names.append(known.className);
    return names;
}

} // namespace

class TestPluginCatalog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void namesAreReadWithNothingLoaded();
    void directoriesAreSearchedInOrderEachOnce();
    void theShippedProcessesAreFound();
    void aMisspeltClassIsToldWithWhatWasFound();
    void oneClassInTwoPluginsIsAnErrorNamingBoth();
    void onePluginReachedTwiceIsOne();
    void whatIsNoPluginIsSkipped();
    void rootDoesNotLookAtWhatOthersCouldChange();
    void aLoadedClassCanBeMade();

private:
    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestPluginCatalog::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    m_directory = std::make_unique<QTemporaryDir>();
    qunsetenv("SEMPER_PLUGIN_PATH");
}

void TestPluginCatalog::namesAreReadWithNothingLoaded()
{
    const QStringList names = classNames(PluginCatalog({testPlugins()}));
    QVERIFY(names.contains(u"test::Echo"_s));
    QVERIFY(names.contains(u"test::Hang"_s)); // several in one plugin
    QVERIFY(std::ranges::is_sorted(names));
    QVERIFY(!UserProcessRegistry::contains(u"test::Echo"_s));
    QFile maps(u"/proc/self/maps"_s);
    QVERIFY(maps.open(QIODevice::ReadOnly));
    QVERIFY(!maps.readAll().contains("testprocesses.so"));
}

void TestPluginCatalog::directoriesAreSearchedInOrderEachOnce()
{
    const QString here = m_directory->path();
    qputenv("SEMPER_PLUGIN_PATH", QFile::encodeName(here + u"/b::"_s + here + u"/a/"_s));
    const QStringList expected{here + u"/a"_s, here + u"/b"_s, PluginCatalog::installedDirectory()};
    QCOMPARE(PluginCatalog({here + u"/a"_s}).directories(), expected);
}

void TestPluginCatalog::theShippedProcessesAreFound()
{
    QCOMPARE(PluginCatalog::installedDirectory(),
        QDir(qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/lib/semper/processes"_s)
            .canonicalPath());
    const QStringList names = classNames(PluginCatalog());
    QVERIFY(names.contains(u"MonitorProcess"_s));
    QVERIFY(names.contains(u"HeartbeatProcess"_s));
}

void TestPluginCatalog::aMisspeltClassIsToldWithWhatWasFound()
{
    const QString problem = PluginCatalog().problemWith(u"MonitorProces"_s).value_or(QString());
    QVERIFY2(problem.startsWith(u"no class MonitorProces; found: "_s), qPrintable(problem));
    QVERIFY2(problem.contains(u"MonitorProcess (monitor.so)"_s), qPrintable(problem));
    QVERIFY2(problem.endsWith(u"; did you mean MonitorProcess?"_s), qPrintable(problem));
    const QString other = PluginCatalog().problemWith(u"Nothing"_s).value_or(QString());
    QVERIFY2(!other.contains(u"did you mean"_s), qPrintable(other));
    QCOMPARE(PluginCatalog().problemWith(u"MonitorProcess"_s), std::nullopt);
}

void TestPluginCatalog::oneClassInTwoPluginsIsAnErrorNamingBoth()
{
    const QString copy = m_directory->filePath(u"other.so"_s);
    QVERIFY(QFile::copy(testPlugins() + u"/testprocesses.so"_s, copy));
    const PluginCatalog catalog({testPlugins(), m_directory->path()});
    const QString problem = catalog.problemWith(u"test::Echo"_s).value_or(QString());
    QVERIFY2(problem.contains(u"more than one plugin"_s), qPrintable(problem));
    QVERIFY2(problem.contains(u"testprocesses.so"_s), qPrintable(problem));
    QVERIFY2(problem.contains(copy), qPrintable(problem));
    QCOMPARE(catalog.load(u"test::Echo"_s), problem);
}

void TestPluginCatalog::onePluginReachedTwiceIsOne()
{
    QVERIFY(
        QFile::link(testPlugins() + u"/testprocesses.so"_s, m_directory->filePath(u"link.so"_s)));
    const PluginCatalog catalog({testPlugins(), m_directory->path()});
    QCOMPARE(catalog.problemWith(u"test::Echo"_s), std::nullopt);
}

void TestPluginCatalog::whatIsNoPluginIsSkipped()
{
    QFile text(m_directory->filePath(u"text.so"_s));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write("not a library at all");
    text.close();
    QFile empty(m_directory->filePath(u"empty.so"_s));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    empty.close();
    QFile cut(m_directory->filePath(u"cut.so"_s));
    QFile whole(testPlugins() + u"/testprocesses.so"_s);
    QVERIFY(whole.open(QIODevice::ReadOnly) && cut.open(QIODevice::WriteOnly));
    cut.write(whole.read(5000));
    cut.close();
    const QString library = qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/lib/libSemperCore.so"_s;
    QVERIFY(QFile::copy(library, m_directory->filePath(u"library.so"_s)));
    QVERIFY(QFile::link(u"/nowhere"_s, m_directory->filePath(u"dangling.so"_s)));
    for (const PluginClass &known : PluginCatalog({m_directory->path()}).classes())
        QVERIFY2(!known.file.startsWith(m_directory->path()), qPrintable(known.file));
}

void TestPluginCatalog::rootDoesNotLookAtWhatOthersCouldChange()
{
    if (::geteuid() != 0)
        QSKIP("only root is careful here, and this test does not run as root");
    constexpr uid_t somebody = 12345;
    const QString folder = m_directory->path();
    const QString file = m_directory->filePath(u"theirs.so"_s);
    const QByteArray name = QFile::encodeName(file);
    QVERIFY(QFile::copy(testPlugins() + u"/testprocesses.so"_s, file));
    const auto problem = [&folder] {
        return PluginCatalog({folder}).problemWith(u"test::Echo"_s).value_or(QString());
    };
    QCOMPARE(problem(), QString());
    QCOMPARE(::chown(name.constData(), somebody, somebody), 0);
    QVERIFY2(
        problem().contains(u"; not looked at: %1 belongs to uid 12345; root obeys"_s.arg(file)),
        qPrintable(problem()));
    // One that somebody has put beside it in a folder like /tmp hinders nothing else.
    QCOMPARE(::chmod(QFile::encodeName(folder).constData(), 01777), 0);
    QCOMPARE(PluginCatalog({folder, testPlugins()}).problemWith(u"test::Echo"_s), std::nullopt);
    QVERIFY(PluginCatalog({folder}).load(u"test::Echo"_s));
    QCOMPARE(::chown(name.constData(), 0, 0), 0);
    QCOMPARE(problem(), QString());
    QCOMPARE(::chmod(QFile::encodeName(folder).constData(), 0775), 0);
    QVERIFY2(problem().contains(folder + u" may be written by its group"_s), qPrintable(problem()));
}

void TestPluginCatalog::aLoadedClassCanBeMade()
{
    const PluginCatalog catalog({testPlugins()});
    QCOMPARE(catalog.load(u"test::End"_s), std::nullopt);
    QVERIFY(UserProcessRegistry::contains(u"test::End"_s));
    const std::unique_ptr<UserProcess> made = UserProcessRegistry::create(u"test::End"_s);
    QVERIFY(made);
    QCOMPARE(QLatin1StringView(made->metaObject()->className()), "test::End"_L1);
    QVERIFY(!UserProcessRegistry::create(u"test::Nothing"_s));
    QCOMPARE(catalog.load(u"test::Echo"_s), std::nullopt); // the same plugin again
}

QTEST_GUILESS_MAIN(TestPluginCatalog)
#include "tst_plugincatalog.moc"
