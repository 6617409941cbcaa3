import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  ExtractorMessageCategory,
} from '@microsoft/api-extractor';
import { CommandError } from '@omega-tv/command-line';
import type { EntryPoint } from './entry-points.js';

/** Beside the sources, and not published. */
const FOLDER = 'api';

const COMPILER_OPTIONS = {
  ...{ target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'] },
  ...{ module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] },
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
};

/** Only the declarations count here: what comments lack is TypeDoc's to say. */
const SILENT = { default: { logLevel: ExtractorLogLevel.None } };

/**
 * Compares the report of an entry point with what is built, and writes it anew where it shall.
 * @param temporary a folder for what it is compared with
 * @returns whether the report was as it is built
 * @throws CommandError where the declarations cannot be read.
 */
export async function reportEntry(
  { folder, declarations, report, name }: EntryPoint,
  temporary: string,
  shallWrite: boolean,
): Promise<boolean> {
  const reportFolder = path.join(folder, FOLDER);
  await mkdir(reportFolder, { recursive: true });
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: path.join(folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS } },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder,
        reportTempFolder: temporary,
        // A type that is not exported but reached is part of what users see.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: { extractorMessageReporting: SILENT, tsdocMessageReporting: SILENT },
    },
  });
  const failures: string[] = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: shallWrite,
    messageCallback: (message) => {
      const { logLevel, category, text } = message;
      const isError = logLevel === ExtractorLogLevel.Error;
      if (isError && category === ExtractorMessageCategory.Compiler) failures.push(text);
      message.handled = true;
    },
  });
  if (failures.length > 0) throw new CommandError(`${name} cannot be read: ${failures.join('; ')}`);
  return !apiReportChanged;
}
