// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/projecttemplate.h"
#include "cli/terminaltext.h"
#include "protocol/keys.h"
#include "spec/namerule.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::NewCommand)
};

CommandExit failed(const QString &path, const QString &why)
{
    return {ExitCode::Failed, u"%1: %2\n"_s.arg(QDir::toNativeSeparators(path), why)};
}

/// Writes \a file into \a folder, whose own folder it makes; what is there is an error.
std::optional<CommandExit> writeFile(const QDir &folder, const ProjectFile &file)
{
    const QString path = folder.filePath(file.path);
    QDir().mkpath(QFileInfo(path).path());
    QFile target(path);
    if (!target.open(QIODevice::WriteOnly | QIODevice::NewOnly)
        || target.write(file.contents) != file.contents.size() || !target.flush())
        return failed(path, target.errorString());
    return std::nullopt;
}

/// Makes \a path, which must not be there, with \a files in it: all of them or nothing.
std::optional<CommandExit> makeProject(const QString &path, const QList<ProjectFile> &files)
{
    const QFileInfo parent(QFileInfo(path).path());
    if (!parent.isDir())
        return failed(parent.filePath(), Texts::tr("there is no such folder"));
    // A link that leads nowhere is there all the same.
    if (const QFileInfo info(path); info.exists() || info.isSymLink())
        return failed(path, Texts::tr("is there already; nothing is overwritten"));
    if (!QDir().mkdir(path))
        return failed(path, Texts::tr("the folder could not be made"));
    QDir folder(path);
    for (const ProjectFile &file : files) {
        if (const auto exit = writeFile(folder, file)) {
            folder.removeRecursively();
            return exit;
        }
    }
    return std::nullopt;
}

/// What CMake has to be told to find this Semper, and what comes before it where this one still
/// lies where it was built; both empty where CMake looks by itself.
struct Finding
{
    QString installation;
    QString prefixPath;

    static Finding ofThisProgram()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + u"/.."_s);
        const QString path = folder.canonicalPath();
        if (folder.exists(u"CMakeCache.txt"_s))
            return {u"  cmake --install %1 --prefix PREFIX\n"_s.arg(path),
                u" -DCMAKE_PREFIX_PATH=PREFIX"_s};
        const bool isInstalled = folder.exists(u"lib/cmake/Semper/SemperConfig.cmake"_s);
        if (!isInstalled || path == "/usr"_L1 || path == "/usr/local"_L1)
            return {};
        return {{}, u" -DCMAKE_PREFIX_PATH="_s + path};
    }
};

/// How a shell finds this program: by its name where PATH leads to this very one.
QString wordForThisProgram()
{
    const QString path = QCoreApplication::applicationFilePath();
    const QString found = QStandardPaths::findExecutable(u"semper"_s);
    return QFileInfo(found).canonicalFilePath() == QFileInfo(path).canonicalFilePath() ? u"semper"_s
                                                                                       : path;
}

QString report(const QString &path, const ProjectNames &names, const QList<ProjectFile> &files)
{
    QString text = Texts::tr("%1 has the user process %2:").arg(path, names.className) + u'\n';
    for (const ProjectFile &file : files)
        text += u"  %1\n"_s.arg(file.path);
    const auto [installation, prefixPath] = Finding::ofThisProgram();
    return text + Texts::tr("What to do next:") + u'\n' + installation
        + u"  cd %1\n"
          "  cmake -S . -B build%2 && cmake --build build && ctest --test-dir build\n"
          "  %4 run %3 --plugin-directory build\n"
          "  %4 serve --config semper.json\n"_s.arg(
              path, prefixPath, names.className, wordForThisProgram());
}

QString toJson(const QString &path, const ProjectNames &names, const QList<ProjectFile> &files)
{
    QJsonArray paths;
    for (const ProjectFile &file : files)
        paths.append(file.path);
    const QJsonObject made{{u"directory"_s, QFileInfo(path).absoluteFilePath()},
        {keys::className, names.className}, {u"files"_s, paths}};
    return jsonText(QJsonDocument(made));
}

int makeNew(const CommandLine &line, const CommandSyntax &syntax)
{
    const QString name = line.operands().constFirst();
    if (!isValidName(name))
        return leave(usageError(syntax, nameRule(name)));
    const ProjectNames names = ProjectNames::of(name);
    const QString directory = line.value(u"directory"_s);
    const QString path = directory.isEmpty() ? name : QDir(directory).filePath(name);
    const QList<ProjectFile> files = projectFiles(names);
    if (const auto exit = makeProject(path, files))
        return leave(*exit);
    print(line.has(u"json"_s) ? toJson(path, names, files) : report(path, names, files));
    return int(ExitCode::Done);
}

} // namespace

Command newCommand()
{
    CommandSyntax syntax{.program = u"semper new"_s,
        .operands = u"NAME"_s,
        .summary = Texts::tr("Writes a user-process project that builds as it is, into NAME/."),
        .options = commonOptions(),
        .leastOperands = 1,
        .mostOperands = 1};
    syntax.options.append(
        {u"directory"_s, Texts::tr("the folder to make NAME/ in, instead of this one"), u"DIR"_s});
    return {u"new"_s, syntax, makeNew};
}

} // namespace semper
