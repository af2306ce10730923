// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/projecttemplate.h"

#include "spec/namerule.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

class TestProjectTemplate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyNameMakesAClass_data();
    void everyNameMakesAClass();
};

void TestProjectTemplate::everyNameMakesAClass_data()
{
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("file");
    QTest::newRow("orders") << u"OrdersProcess"_s << u"ordersprocess"_s;
    QTest::newRow("orders-monitor") << u"OrdersMonitorProcess"_s << u"ordersmonitorprocess"_s;
    QTest::newRow("a_b.c--d-") << u"ABCDProcess"_s << u"abcdprocess"_s;
    QTest::newRow("import-process") << u"ImportProcess"_s << u"importprocess"_s;
    QTest::newRow("process") << u"ProcessProcess"_s << u"processprocess"_s;
    QTest::newRow("3d-print") << u"Process3dPrint"_s << u"process3dprint"_s;
    QTest::newRow("7") << u"Process7"_s << u"process7"_s;
}

void TestProjectTemplate::everyNameMakesAClass()
{
    QFETCH(const QString, className);
    QFETCH(const QString, file);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    QVERIFY(isValidName(name));
    const ProjectNames names = ProjectNames::of(name);
    QCOMPARE(names.name, name);
    QCOMPARE(names.className, className);
    QCOMPARE(names.file, file);
}

QTEST_GUILESS_MAIN(TestProjectTemplate)
#include "tst_projecttemplate.moc"
