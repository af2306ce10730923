// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/projecttemplate.h"

#include <QFile>
#include <QRegularExpression>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr QLatin1StringView ending{"Process"};

/// "orders-monitor" becomes "OrdersMonitor".
QString inCamelCase(const QString &name)
{
    static const QRegularExpression between(u"[_.-]+"_s);
    QString camel;
    for (const QString &part : name.split(between, Qt::SkipEmptyParts))
        camel += part.front().toUpper() + part.sliced(1);
    return camel;
}

QByteArray filledIn(QByteArray text, const ProjectNames &names)
{
    text.replace("@NAME@", names.name.toUtf8());
    text.replace("@CLASS@", names.className.toUtf8());
    text.replace("@FILE@", names.file.toUtf8());
    return text;
}

} // namespace

ProjectNames ProjectNames::of(const QString &name)
{
    QString className = inCamelCase(name);
    if (className.front().isDigit())
        className.prepend(ending);
    else if (!className.endsWith(ending) || className == ending)
        className.append(ending);
    return {.name = name, .className = className, .file = className.toLower()};
}

QList<ProjectFile> projectFiles(const ProjectNames &names)
{
    const QList<std::pair<QString, QString>> templates{{u".gitignore"_s, u"gitignore"_s},
        {u"CMakeLists.txt"_s, u"CMakeLists.txt"_s}, {u"README.md"_s, u"README.md"_s},
        {names.file + u".cpp"_s, u"process.cpp"_s}, {names.file + u".h"_s, u"process.h"_s},
        {u"semper.json"_s, u"semper.json"_s},
        {u"tests/tst_%1.cpp"_s.arg(names.file), u"tst_process.cpp"_s}};
    QList<ProjectFile> files;
    for (const auto &[path, origin] : templates) {
        QFile file(u":/semper/new/%1.template"_s.arg(origin));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("the template %s is not compiled in", qPrintable(file.fileName()));
        files.append({path, filledIn(file.readAll(), names)});
    }
    return files;
}

} // namespace semper
