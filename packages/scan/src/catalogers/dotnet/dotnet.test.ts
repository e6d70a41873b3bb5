// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { dotnetCataloger } from './dotnet.ts';

const FILES: Record<string, string | Buffer> = {
  '/app/app.deps.json':
    '{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"libraries":{"app/1.0.0":{"type":"project"},"Newtonsoft.Json/13.0.1":{"type":"package","serviceable":true},"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0":{"type":"runtimepack"},"System.Xml.Reference/4.0.0.0":{"type":"referenceassembly"}}}',
};

describe('the dotnet cataloger', () => {
  it('reads the packages a program was deployed with', () => {
    const { packages, problems } = runCataloger(dotnetCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual([
      'Newtonsoft.Json 13.0.1',
      'Microsoft.NETCore.App.Runtime.linux-x64 8.0.0',
    ]);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:nuget/Newtonsoft.Json@13.0.1',
      'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.0',
    ]);
    expect(problems).toEqual([]);
  });

  it('reads packages.lock.json once for all targets', () => {
    expect(
      names(
        runCataloger(
          dotnetCataloger,
          treeOf(
            {
              '/src/packages.lock.json':
                '{"version":1,"dependencies":{"net8.0":{"Serilog":{"type":"Direct","resolved":"3.1.1"},"own":{"type":"Project"}},"net7.0":{"Serilog":{"type":"Direct","resolved":"3.1.1"}}}}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['Serilog 3.1.1']);
  });

  it('reads packages.config, comments left out', () => {
    expect(
      names(
        runCataloger(
          dotnetCataloger,
          treeOf(
            {
              '/src/packages.config':
                '<packages><package id="jQuery" version="3.1.1" /><!-- <package id="Old" version="1.0.0" /> --></packages>',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['jQuery 3.1.1']);
  });

  it('reads central versions and no ranges', () => {
    expect(
      names(
        runCataloger(
          dotnetCataloger,
          treeOf(
            {
              '/src/Directory.Packages.props':
                '<Project><ItemGroup><PackageVersion Include="Polly" Version="8.2.0" /><PackageVersion Include="Range" Version="[1.0,2.0)" /></ItemGroup></Project>',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['Polly 8.2.0']);
  });

  it('reads central versions that are properties of the file, and those that take one version only', () => {
    const props = `<Project>
      <PropertyGroup>
        <AspNetVersion>8.0.1</AspNetVersion>
        <Json.Version Condition="'$(X)' == ''">13.0.1</Json.Version>
        <Loop>$(Loop)</Loop>
      </PropertyGroup>
      <ItemGroup>
        <PackageVersion Include="Microsoft.AspNetCore.Mvc" Version="$(AspNetVersion)" />
        <PackageVersion Include="Newtonsoft.Json" Version="$(json.version)" />
        <PackageVersion Include="Only" Version="[1.2.3]" />
        <PackageVersion Include="Elsewhere" Version="$(Elsewhere)" />
        <PackageVersion Include="Loop" Version="$(Loop)" />
        <PackageVersion Include="Range" Version="[1.0,2.0)" />
      </ItemGroup>
    </Project>`;
    const { packages } = runCataloger(dotnetCataloger, treeOf({ '/src/Directory.Packages.props': props }));
    expect(names(packages)).toEqual([
      'Microsoft.AspNetCore.Mvc 8.0.1',
      'Newtonsoft.Json 13.0.1',
      'Only 1.2.3',
    ]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(dotnetCataloger, FILES));
});
