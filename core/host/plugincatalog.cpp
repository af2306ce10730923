// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/plugincatalog.h>

#include <semper/registry.h>

#include "files/trustedpath.h"
#include "spec/nearestname.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QLoggingCategory>
#include <QPluginLoader>

#include <algorithm>

#include <dlfcn.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logPlugins, "semper.host.plugins", QtInfoMsg)

constexpr QLatin1StringView interfaceId{"org.semper.UserProcess/1"};

/// The directory that this library was loaded from.
[[nodiscard]] QString libraryDirectory()
{
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void *>(&PluginCatalog::installedDirectory), &info) == 0)
        return {};
    return QFileInfo(QFile::decodeName(info.dli_fname)).canonicalPath();
}

[[nodiscard]] QStringList classesOf(const QString &file)
{
    const QJsonObject metaData = QPluginLoader(file).metaData();
    if (metaData.value("IID"_L1).toString() != interfaceId)
        return {};
    QStringList names;
    for (const QJsonValue &name : metaData.value("MetaData"_L1)["classes"_L1].toArray())
        names.append(name.toString());
    return names;
}

} // namespace

PluginCatalog::PluginCatalog(const QStringList &directories)
{
    const QStringList named
        = qEnvironmentVariable("SEMPER_PLUGIN_PATH").split(u':', Qt::SkipEmptyParts);
    for (const QString &directory : directories + named + QStringList{installedDirectory()}) {
        const QString path = QDir(directory).absolutePath();
        if (m_directories.contains(path))
            continue;
        m_directories.append(path);
        readDirectory(path);
    }
    std::ranges::stable_sort(m_classes, {}, &PluginClass::className);
}

QString PluginCatalog::installedDirectory()
{
    return libraryDirectory() + u"/semper/processes"_s;
}

std::optional<QString> PluginCatalog::problemWith(const QString &className) const
{
    const QStringList files = filesWith(className);
    if (files.size() == 1)
        return std::nullopt;
    if (files.size() > 1)
        return u"class %1 is in more than one plugin: %2"_s.arg(className, files.join(u", "_s));
    QStringList found;
    QStringList names = UserProcessRegistry::classNames();
    for (const PluginClass &known : m_classes) {
        found.append(u"%1 (%2)"_s.arg(known.className, QFileInfo(known.file).fileName()));
        names.append(known.className);
    }
    for (const QString &known : UserProcessRegistry::classNames())
        found.append(known);
    const QString distrusted = m_distrusted.isEmpty()
        ? QString()
        : u"; not looked at: %1%2"_s.arg(m_distrusted.join(u", "_s), remedyForDistrust());
    if (found.isEmpty())
        return u"no class %1; no plugins in %2%3"_s.arg(
            className, m_directories.join(u", "_s), distrusted);
    const QString problem
        = u"no class %1; found: %2%3"_s.arg(className, found.join(u", "_s), distrusted);
    const auto nearest = nearestName(className, names);
    return nearest && found.size() > 1 ? problem + u"; did you mean %1?"_s.arg(*nearest) : problem;
}

std::optional<QString> PluginCatalog::load(const QString &className) const
{
    if (const auto problem = problemWith(className))
        return problem;
    QPluginLoader loader(filesWith(className).constFirst());
    loader.setLoadHints(QLibrary::PreventUnloadHint | QLibrary::ResolveAllSymbolsHint);
    if (!loader.load() || !loader.instance())
        return u"class %1 cannot be loaded: %2"_s.arg(className, loader.errorString());
    if (!UserProcessRegistry::contains(className))
        return u"%1 does not have the class %2 that it promises"_s.arg(
            loader.fileName(), className);
    return std::nullopt;
}

bool PluginCatalog::mayRead(const QString &path)
{
    const auto distrust = ::geteuid() == 0 ? distrustOfPath(path) : std::nullopt;
    if (distrust && !m_distrusted.contains(*distrust))
        m_distrusted.append(*distrust);
    return !distrust;
}

void PluginCatalog::readDirectory(const QString &directory)
{
    if (!mayRead(directory))
        return;
    const QFileInfoList files
        = QDir(directory).entryInfoList({u"*.so"_s}, QDir::Files | QDir::Readable, QDir::Name);
    for (const QFileInfo &info : files) {
        if (info.size() == 0) // Qt would warn of it
            continue;
        if (!mayRead(info.absoluteFilePath()))
            continue;
        // The same file may be reached through two directories: that is one plugin.
        const QString file = info.canonicalFilePath();
        for (const QString &className : classesOf(file)) {
            const PluginClass entry{className, file};
            if (!m_classes.contains(entry))
                m_classes.append(entry);
        }
        qCDebug(logPlugins, "read %ls", qUtf16Printable(file));
    }
}

QStringList PluginCatalog::filesWith(const QString &className) const
{
    QStringList files;
    for (const PluginClass &known : m_classes) {
        if (known.className == className)
            files.append(known.file);
    }
    return files;
}

} // namespace semper
